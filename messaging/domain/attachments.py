"""Files in conversations: uploaded first, then sent with a message; what is never sent is swept away."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from PIL import Image

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import Invalid, NotAllowed
from clinic.core.files import DOCUMENT_TYPES, IMAGE_TYPES, TEXT_TYPE, clean_upload, encode_image
from messaging import rules
from messaging.models import Attachment, Conversation, Member, Message

logger = logging.getLogger(__name__)

CHAT_TYPES = DOCUMENT_TYPES | {TEXT_TYPE}
PREVIEW_SIDE = 640
MAX_ATTACHMENTS = 10
# A phone that lost its line in between sends the message the next morning.
KEPT_UNSENT = timedelta(hours=24)
WRITING_IS_OVER = gettext_lazy(
    "You can't write to this person any more. What was written stays here to read."
)


def upload(
    conversation: Conversation, *, sender: User, upload: UploadedFile, client_id: object
) -> Attachment:
    """Check and store a file of `sender` (a member; the caller has asked), to be sent with a message.

    The same `client_id` again returns the file stored the first time. Raises Invalid for an unusable client_id,
    NotAllowed when the people of the conversation may not talk (any more), TooLarge (settings.CHAT_UPLOAD_MAX_BYTES),
    UnsupportedType for anything but pictures, PDF and plain text, and what clinic.core.scanning raises.
    """
    if not isinstance(client_id, str) or not 0 < len(client_id) <= 64 or not client_id.isprintable():
        message = _("client_id is text of at most %(limit)s characters.") % {"limit": 64}
        raise Invalid(message, fields={"client_id": [message]})
    stored = _stored(conversation, sender, client_id)
    if stored is not None:
        return stored
    if not rules.can_write(sender, _people(conversation)):
        raise NotAllowed(WRITING_IS_OVER)
    attachment = _with_files(upload)
    attachment.conversation, attachment.uploaded_by, attachment.client_id = conversation, sender, client_id
    try:
        with transaction.atomic():
            attachment.save(force_insert=True)
            _sweep_later()
    except IntegrityError:
        # Unique (conversation, uploaded_by, client_id): another try was faster.
        _remove_files(_names(attachment))
        stored = _stored(conversation, sender, client_id)
        if stored is None:
            raise
        return stored
    except BaseException:
        _remove_files(_names(attachment))
        raise
    return attachment


def bind(message: Message, ids: Sequence[UUID]) -> None:
    """Send uploaded files with `message`. To be called in its transaction, under the lock of its conversation.

    Raises Invalid unless each of them is the sender's, of this conversation, and not sent yet.
    """
    wanted = set(ids)
    if len(wanted) > MAX_ATTACHMENTS:
        many = _("A message takes at most %(limit)s files.") % {"limit": MAX_ATTACHMENTS}
        raise Invalid(many, fields={"attachments": [many]})
    bound = Attachment.objects.filter(
        pk__in=wanted, conversation=message.conversation_id, uploaded_by=message.sender_id, message=None
    ).update(message=message)
    if bound != len(wanted):
        gone = _("A file of this message is no longer there. Please add it again.")
        raise Invalid(gone, fields={"attachments": [gone]})


def remove(attachments: QuerySet[Attachment]) -> int:
    """Delete these rows now and their files on commit; returns how many rows."""
    names = [name for file in attachments for name in _names(file)]
    _count, by_model = attachments.delete()
    transaction.on_commit(lambda: _remove_files(names))
    return by_model.get(Attachment._meta.label, 0)


def note_opened(file: Attachment, reader: User) -> None:
    """Somebody opened a file that another person sent in a conversation with a patient: a line in the activity trail,
    unless it is the patient, who reads their own. The small pictures in the conversation leave none."""
    patient = next((person for person in _people(file.conversation) if person.is_patient), None)
    if patient is not None and reader.pk not in (patient.pk, file.uploaded_by_id):
        trail.record(ActivityVerb.CHAT_FILE_OPENED, actor=reader, target=file, patient=patient)


def sweep(now: datetime | None = None) -> int:
    """Remove what was uploaded KEPT_UNSENT ago and never sent; returns how much. Any number of workers may do so."""
    before = (now or timezone.now()) - KEPT_UNSENT
    removed = 0
    for pk in Attachment.objects.filter(message=None, created_at__lt=before).values_list("pk", flat=True):
        with transaction.atomic():
            # Looked at again under its lock: it may be on its way into a message.
            unsent = Attachment.objects.select_for_update().filter(pk=pk, message=None)
            removed += remove(unsent)
    return removed


def _with_files(upload: UploadedFile) -> Attachment:
    """An attachment whose files are written, and its row not yet."""
    clean = clean_upload(upload, CHAT_TYPES, max_bytes=settings.CHAT_UPLOAD_MAX_BYTES)
    attachment = Attachment(
        content_type=clean.content_type, name=clean.original_name, size=clean.content.size
    )
    preview: Any = None
    if clean.content_type in IMAGE_TYPES:
        with Image.open(clean.content) as picture:
            attachment.width, attachment.height = picture.size
        preview = encode_image(clean.content, longest_side=PREVIEW_SIDE)
        clean.content.seek(0)
    attachment.file.save(clean.content.name or "file", clean.content, save=False)
    if preview is not None:
        attachment.preview.save(preview.name, preview, save=False)
    return attachment


def _stored(conversation: Conversation, sender: User, client_id: str) -> Attachment | None:
    return Attachment.objects.filter(
        conversation=conversation, uploaded_by=sender, client_id=client_id
    ).first()


def _people(conversation: Conversation) -> list[User]:
    members = Member.objects.filter(conversation=conversation).select_related("user")
    return [member.user for member in members]


def _sweep_later() -> None:
    from messaging.tasks import sweep_uploads

    when = timezone.now() + KEPT_UNSENT + timedelta(minutes=5)
    transaction.on_commit(lambda: sweep_uploads.using(run_after=when).enqueue())


def _names(attachment: Attachment) -> list[str]:
    return [str(file.name) for file in (attachment.file, attachment.preview) if file]


def _remove_files(names: Sequence[str]) -> None:
    for name in names:
        try:
            default_storage.delete(name)
        except OSError:
            logger.exception("the file of an attachment could not be removed")
