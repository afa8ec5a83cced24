"""The pages of this app; one entry a line."""

from django.urls import URLPattern, URLResolver, path

from .views import calls, conversations, files, notifications

urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", conversations.conversations, name="conversations"),
    path("messages/new/", conversations.new_conversation, name="conversation_new"),
    path("messages/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("messages/files/<uuid:pk>/", files.chat_file, name="chat_file"),
    path("messages/with/<uuid:user_id>/", conversations.conversation_with, name="conversation_with"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read-all/", notifications.notifications_read_all, name="notifications_read_all"),
    path("notifications/<uuid:pk>/open/", notifications.notification_open, name="notification_open"),
    path("calls/<uuid:pk>/", calls.call, name="call"),
]
