"""Finding what was said: changes since a moment, and words."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from messaging.models import Attachment, Conversation, Member, Message

from .queries import messages_visible_to, whole

# A change is stamped a moment before it is committed: whoever asks "since" gets some twice rather than one never.
OVERLAP = timedelta(seconds=30)
MAX_WORDS = 5
# Before every message; and there is no time before the year 1.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stretch:
    """Messages in order of `seq`, and whether there are earlier and later ones of their sort."""

    found: list[Message]
    earlier: bool
    later: bool


def changed_since(conversation: Conversation, since: datetime, after: int, limit: int) -> Stretch:
    """The first `limit` messages with a `seq` above `after` that were edited or deleted since."""
    changed = Message.objects.filter(
        ~Q(edited_at=None) | ~Q(deleted_at=None),
        conversation=conversation,
        seq__gt=after,
        updated_at__gte=max(since, _EARLIEST) - OVERLAP,
    )
    found = list(whole(changed).order_by("seq")[: limit + 1])
    return Stretch(found[:limit], earlier=False, later=len(found) > limit)


def in_conversation(conversation: Conversation, words: str, before: int | None, limit: int) -> Stretch:
    """The last `limit` messages with these words (below the `seq` `before`)."""
    messages = with_words(Message.objects.filter(conversation=conversation), words)
    if before is not None:
        messages = messages.filter(seq__lt=before)
    found = list(whole(messages).order_by("-seq")[: limit + 1])
    return Stretch(found[:limit][::-1], earlier=len(found) > limit, later=False)


def everywhere(user: User, words: str) -> QuerySet[Message]:
    """Messages with these words in all conversations of `user`, each with its conversation's `people`."""
    people = Prefetch(
        "conversation__members", queryset=Member.objects.select_related("user"), to_attr="people"
    )
    found = with_words(messages_visible_to(user), words)
    return whole(found).select_related("conversation").prefetch_related(people)


def with_words(messages: QuerySet[Message], words: str) -> QuerySet[Message]:
    """Those of `messages` that hold each of the words, in their text or in the name of a file."""
    for word in words.split()[:MAX_WORDS]:
        files = Attachment.objects.filter(message=OuterRef("pk"), name__icontains=word)
        messages = messages.filter(Q(text__icontains=word) | Exists(files))
    return messages.filter(deleted_at=None)
