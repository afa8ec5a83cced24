"""The version of a note or report that a page sends back: what its writer has seen last."""

from django.http import HttpRequest


def version_of(request: HttpRequest) -> object:
    """A number, or what was sent in place of one, which the domain refuses. No note was saved a billion times, and
    longer digits are more than Python reads or a database keeps."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else sent
