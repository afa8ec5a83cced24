"""A file of medicines: uploaded, looked over, taken in. Taken in again it changes nothing, for a row is known by its
product; rows that are wrong are left out and named, the others go in together or not at all."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core import scanning, tables
from clinic.core.errors import Conflict, DomainError, TooLarge
from clinic.core.status import lock
from records.models import Medicine, MedicineImport

from .catalogue import SETTABLE, require
from .planning import CHANGED, NEW, SAME, WRONG, Plan, plan

BATCH = 500
PROBLEMS_KEPT = 200
# A file that nobody took in.
KEPT = timedelta(days=1)


def imports(actor: User) -> QuerySet[MedicineImport]:
    """Those taken in, and their own that wait. Raises NotAllowed."""
    require(actor)
    rows = MedicineImport.objects.select_related("uploaded_by").order_by("-created_at", "-id")
    return rows.exclude(applied_at=None) | rows.filter(uploaded_by=actor).exclude(file="")


def upload(file: UploadedFile, *, actor: User) -> MedicineImport:
    """The file, read once to see that it can be. Raises NotAllowed, and Invalid, TooLarge, UnsupportedType, Infected
    and NotScanned (`file`)."""
    require(actor)
    try:
        if (file.size or 0) > tables.MOST_BYTES:
            raise TooLarge(
                _("This file is over %(limit)s MB. Please cut it in two.")
                % {"limit": tables.MOST_BYTES >> 20}
            )
        content = file.read()
        plan(tables.read(content))
        scanning.scan(file)
    except DomainError as refusal:
        refusal.fields = {"file": [refusal.detail]}
        raise
    _forget_old()
    waiting = MedicineImport(
        uploaded_by=actor, name=" ".join((file.name or "").split())[-140:] or "medicines"
    )
    waiting.file.save(uuid4().hex, ContentFile(content), save=False)
    waiting.save(force_insert=True)
    return waiting


def look(waiting: MedicineImport) -> Plan:
    """What taking it in would do now. Raises Conflict when it was taken in or is gone."""
    if waiting.applied_at or not waiting.file:
        raise Conflict(_("This file was dealt with already."))
    try:
        with waiting.file.open("rb") as stored:
            content = stored.read()
    except FileNotFoundError:
        raise Conflict(_("This file is gone. Please upload it again.")) from None
    return plan(tables.read(content))


@transaction.atomic
def apply(import_id: UUID, *, actor: User) -> MedicineImport:
    """Take in every row that is right. Twice from two tabs: once, the other gets Conflict. Raises
    MedicineImport.DoesNotExist and NotAllowed."""
    require(actor)
    waiting = lock(MedicineImport, import_id)
    planned = look(waiting)
    new = [row.medicine for row in planned.of(NEW) if row.medicine]
    changed = [row.medicine for row in planned.of(CHANGED) if row.medicine]
    now = timezone.now()
    for medicine in changed:
        medicine.updated_at = now
    # Someone who added one of them a moment ago was first; it is then there, which is what was wanted.
    Medicine.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    Medicine.objects.bulk_update(changed, [*SETTABLE, "updated_at"], batch_size=BATCH)
    trail.record_each(
        ActivityVerb.MEDICINES_CHANGED, actor=actor, about=[(waiting, None)], changed=["added", "changed"]
    )
    wrong = planned.of(WRONG)
    waiting.applied_at = now
    waiting.added, waiting.changed = len(new), len(changed)
    waiting.unchanged, waiting.refused = len(planned.of(SAME)), len(wrong)
    waiting.problems = [[row.number, row.title, row.sentence] for row in wrong[:PROBLEMS_KEPT]]
    _drop_file(waiting)
    waiting.save()
    return waiting


def forget(import_id: UUID, *, actor: User) -> None:
    """Throw a waiting file away. Raises MedicineImport.DoesNotExist, NotAllowed, Conflict when it was taken in."""
    require(actor)
    with transaction.atomic():
        waiting = lock(MedicineImport, import_id)
        if waiting.applied_at:
            raise Conflict(_("This file was dealt with already."))
        _drop_file(waiting)
        waiting.delete()


def _forget_old() -> None:
    for old in MedicineImport.objects.filter(applied_at=None, created_at__lt=timezone.now() - KEPT):
        _drop_file(old)
        old.delete()


def _drop_file(row: MedicineImport) -> None:
    """The bytes go once nothing can bring the row back."""
    stored, name = row.file.storage, row.file.name
    row.file = ""
    if name:
        transaction.on_commit(lambda: stored.delete(name))
