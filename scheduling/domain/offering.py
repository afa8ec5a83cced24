"""What can be booked with one doctor, or with any of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.enums import Mode
from accounts.models import Specialty, User
from scheduling.models import Service

from .availability import offered_modes
from .pricing import charge
from .queries import services


@dataclass(frozen=True)
class Offer:
    """A service as these doctors give it: `modes` in which at least one of them does, and what it costs with each."""

    service: Service
    doctors: tuple[User, ...]
    modes: tuple[str, ...]
    prices: tuple[Decimal, ...]

    @property
    def price(self) -> Decimal:
        """The lowest."""
        return min(self.prices)

    @property
    def price_varies(self) -> bool:
        return min(self.prices) != max(self.prices)

    @property
    def mode_labels(self) -> str:
        return ", ".join(str(Mode(mode).label) for mode in self.modes)

    def doctors_by(self, mode: str) -> list[User]:
        return [doctor for doctor in self.doctors if mode in offered_modes(doctor, self.service)]


def offers_of(doctors: Sequence[User]) -> list[Offer]:
    """Every service that at least one of these doctors (with their profiles) gives, in one query."""
    found = []
    for service in services():
        givers = [doctor for doctor in doctors if _gives(doctor, service)]
        if not givers:
            continue
        modes = frozenset().union(*(offered_modes(doctor, service) for doctor in givers))
        found.append(
            Offer(
                service,
                tuple(givers),
                tuple(mode for mode in Mode.values if mode in modes),
                tuple(charge(doctor, service) for doctor in givers),
            )
        )
    return found


def usual(offers: Sequence[Offer]) -> Offer:
    """What most people come for: the consultation at the doctor's own fee, else the first."""
    return next((offer for offer in offers if offer.service.price_from_doctor), offers[0])


def _gives(doctor: User, service: Service) -> bool:
    """As queries.services_for, for a doctor and a service at hand."""
    own: Specialty | None = getattr(doctor.doctor_profile, "specialty", None)
    return service.specialty_id in (None, own and own.pk) and bool(offered_modes(doctor, service))
