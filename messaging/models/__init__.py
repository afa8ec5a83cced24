from .call import Call, CallInvitation, CallPeer, CallStatusChange
from .conversation import Attachment, Conversation, Member, Message
from .delivery import Delivery, NotificationPreference, NotificationTemplate, PushSubscription, QuietHours
from .notification import Notification

__all__ = [
    "Attachment",
    "Call",
    "CallInvitation",
    "CallPeer",
    "CallStatusChange",
    "Conversation",
    "Delivery",
    "Member",
    "Message",
    "Notification",
    "NotificationPreference",
    "NotificationTemplate",
    "PushSubscription",
    "QuietHours",
]
