"""Ids that follow from names, so that seeding again finds what it made before."""

from uuid import NAMESPACE_DNS, UUID, uuid5

_NAMESPACE = uuid5(NAMESPACE_DNS, "demo.clinic")


def key(*parts: object) -> UUID:
    return uuid5(_NAMESPACE, "/".join(str(part) for part in parts))
