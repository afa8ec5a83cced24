"""The API of this app; one entry a line."""

from django.urls import URLPattern, URLResolver, path

from . import calls, conversations, invitations, notifications

urlpatterns: list[URLPattern | URLResolver] = [
    path("conversations/", conversations.ConversationList.as_view(), name="api-conversations"),
    path("conversations/<uuid:pk>/messages/", conversations.MessageList.as_view(), name="api-messages"),
    path(
        "conversations/<uuid:pk>/attachments/",
        conversations.AttachmentUpload.as_view(),
        name="api-attachments",
    ),
    path(
        "conversations/<uuid:pk>/delivered/",
        conversations.MessagesDelivered.as_view(),
        name="api-messages-delivered",
    ),
    path("messages/search/", conversations.MessageSearch.as_view(), name="api-messages-search"),
    path("messages/<uuid:pk>/", conversations.MessageDetail.as_view(), name="api-message"),
    path("conversations/<uuid:pk>/read/", conversations.MessagesRead.as_view(), name="api-messages-read"),
    path("notifications/", notifications.NotificationList.as_view(), name="api-notifications"),
    path(
        "notifications/read-all/",
        notifications.NotificationReadAll.as_view(),
        name="api-notifications-read-all",
    ),
    path(
        "notifications/<uuid:pk>/read/",
        notifications.NotificationRead.as_view(),
        name="api-notification-read",
    ),
    path("conversations/<uuid:pk>/call/", calls.Ring.as_view(), name="api-ring"),
    path("calls/ringing/", calls.RingingList.as_view(), name="api-calls-ringing"),
    path("calls/<uuid:pk>/", calls.CallDetail.as_view(), name="api-call"),
    path("calls/<uuid:pk>/answer/", calls.Answer.as_view(), name="api-call-answer"),
    path("calls/<uuid:pk>/decline/", calls.Decline.as_view(), name="api-call-decline"),
    path("calls/<uuid:pk>/end/", calls.End.as_view(), name="api-call-end"),
    path("calls/<uuid:pk>/ice/", calls.Ice.as_view(), name="api-call-ice"),
    path("calls/<uuid:pk>/record/", invitations.CallRecord.as_view(), name="api-call-record"),
    path("calls/<uuid:pk>/invitations/", invitations.Invitations.as_view(), name="api-call-invitations"),
    path(
        "calls/<uuid:pk>/invitations/<uuid:invitation>/revoke/",
        invitations.InvitationRevoke.as_view(),
        name="api-call-invitation-revoke",
    ),
]
