from .call import Call, CallPeer, CallStatusChange
from .conversation import Conversation, Member, Message
from .notification import Notification

__all__ = ["Call", "CallPeer", "CallStatusChange", "Conversation", "Member", "Message", "Notification"]
