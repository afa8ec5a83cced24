"""Whose record a page is about, for every page of every section."""

from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.domain.queries import patients_open_to
from accounts.models import User


def patient_of(request: HttpRequest, pk: UUID) -> User:
    """The patient whose record it is, with their profile: a patient's own, and for doctors the ones open to them.
    Raises Http404 for any other, PermissionDenied for who has no records to read (management)."""
    user = cast(User, request.user)
    if not (user.is_doctor or user.is_patient):
        raise PermissionDenied
    patient = patients_open_to(user).select_related("patient_profile").filter(pk=pk).first()
    if patient is None:
        raise Http404
    return patient
