"""What documents and their uploads refuse with."""

from django.utils.translation import gettext_lazy as _

from clinic.core.errors import Conflict, Invalid


class AlreadyThere(Conflict):
    """409: the same file stands in this record."""

    code = "duplicate_document"
    message = _("This file is in the record already.")


class WrongOffset(Conflict):
    """409: the next part begins elsewhere; `received` (in the answer) says where."""

    code = "wrong_offset"
    message = _("This part of the file does not follow what has arrived. Continue from “received”.")


class Damaged(Invalid):
    """400: a part did not arrive as it was sent."""

    code = "damaged"
    message = _("A part of the file was damaged on its way. It is sent again.")


class FileRemoved(Conflict):
    """409: retention has removed the file."""

    code = "file_removed"
    message = _("The time this document is kept for is over. Its file has been removed.")
