"""The second factor: who has one, who has to have one, and taking it off an account that lost it."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import rules
from accounts.domain import sessions, trail
from accounts.enums import ActivityVerb
from accounts.models import User
from clinic.core.errors import NotAllowed

# Recovery codes stand in for these; alone they are none.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactorMissing(NotAllowed):
    """403: staff who have to set up a second factor before anything else."""

    code = "mfa_required"
    message = _("Please set up a second step for logging in first: open the portal in a browser and log in.")


@dataclass(frozen=True)
class Overview:
    """What the profile page says."""

    app: bool
    passkeys: int

    @property
    def is_on(self) -> bool:
        return self.app or bool(self.passkeys)


def overview(user: User) -> Overview:
    types = list(Authenticator.objects.filter(user=user, type__in=FACTORS).values_list("type", flat=True))
    return Overview(app=Authenticator.Type.TOTP in types, passkeys=types.count(Authenticator.Type.WEBAUTHN))


def is_on(user: User) -> bool:
    """Whether logging in takes a second step."""
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def is_missing(user: Any) -> bool:
    """Whether this person has to set one up before anything else. Costs a query only where the clinic requires it."""
    return rules.needs_second_factor(user) and not is_on(user)


def may_remove(authenticator: Authenticator) -> bool:
    """The last one stays on accounts that have to have one."""
    if not rules.needs_second_factor(authenticator.user):
        return True
    others = Authenticator.objects.filter(user=authenticator.user, type__in=FACTORS).exclude(
        pk=authenticator.pk
    )
    return others.exists()


def remove_all(user: User, *, actor: User) -> None:
    """For someone who lost phone and recovery codes and whom `actor` knows: the password alone is enough again.

    Ends everything they have open, so that nobody stays in who should not be.
    """
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        trail.record(ActivityVerb.SECOND_FACTOR_CHANGED, actor=actor, target=user, changed=["second_factor"])
        sessions.end_everywhere(user, sessions.SECOND_FACTOR_CHANGED)
