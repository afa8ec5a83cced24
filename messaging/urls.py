"""The pages of this app; one entry a line."""

from django.urls import URLPattern, URLResolver, path

from .views import (
    calls,
    conversations,
    files,
    guests,
    notification_settings,
    notifications,
    on_device,
    outgoing,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", conversations.conversations, name="conversations"),
    path("messages/new/", conversations.new_conversation, name="conversation_new"),
    path("messages/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("messages/files/<uuid:pk>/", files.chat_file, name="chat_file"),
    path("messages/with/<uuid:user_id>/", conversations.conversation_with, name="conversation_with"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read-all/", notifications.notifications_read_all, name="notifications_read_all"),
    path("notifications/unread/", notifications.notifications_unread, name="notifications_unread"),
    path("notifications/<uuid:pk>/open/", notifications.notification_open, name="notification_open"),
    path("notifications/latest/", notifications.notifications_latest, name="notifications_latest"),
    path(
        "notifications/settings/", notification_settings.notification_settings, name="notification_settings"
    ),
    path("notifications/settings/test/", notification_settings.notification_test, name="notification_test"),
    path("notifications/push/subscribe/", notification_settings.push_subscribe, name="push_subscribe"),
    path("notifications/push/unsubscribe/", notification_settings.push_unsubscribe, name="push_unsubscribe"),
    path("notifications/push/<uuid:pk>/forget/", notification_settings.push_forget, name="push_forget"),
    path("sw.js", on_device.service_worker, name="service_worker"),
    path("app.webmanifest", on_device.web_manifest, name="web_manifest"),
    path("notifications/texts/", outgoing.notification_templates, name="notification_templates"),
    path(
        "notifications/texts/<str:occasion>/<str:channel>/<str:language>/",
        outgoing.notification_template,
        name="notification_template",
    ),
    path(
        "notifications/texts/<str:occasion>/<str:channel>/<str:language>/preview/",
        outgoing.notification_template_preview,
        name="notification_template_preview",
    ),
    path(
        "notifications/texts/<str:occasion>/<str:channel>/<str:language>/restore/",
        outgoing.notification_template_restore,
        name="notification_template_restore",
    ),
    path("notifications/log/", outgoing.deliveries_page, name="deliveries"),
    path("notifications/log/<uuid:pk>/resend/", outgoing.delivery_resend, name="delivery_resend"),
    path("calls/<uuid:pk>/", calls.call, name="call"),
    path("calls/<uuid:pk>/record/", calls.call_record, name="call_record"),
    path("calls/join/<str:token>/", guests.call_join, name="call_join"),
    path("calls/guest/<uuid:pk>/", guests.call_guest, name="call_guest"),
]
