"""The signature of a prescription: Ed25519 over the text that stands in its QR code.

Keys come from settings.PRESCRIPTION_KEYS (seeds in base64: the first signs, the others only verify), or, when there are
none, from the secret key and its fallbacks. A key is known by the beginning of its public half's SHA-256. The QR code
holds an address whose part after # carries everything: browsers never send that part, so the server learns nothing of
what is verified, and the page verifies without the server.
"""

import base64
import hashlib
import zlib
from functools import cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import constant_time_compare

from records.models import Prescription

# Changes with the way the QR's content is written; the page knows which it can read.
FORMAT = "1"
# A QR code of the densest kind with a quarter of it for mending holds 2,331 signs; the rest is for the address.
MAX_CODE = 2150


def sign(payload: str) -> tuple[str, str]:
    """(signature in base64url, id of the key) of the payload's UTF-8 bytes."""
    key = _private_keys()[0]
    return to_base64(key.sign(payload.encode())), key_id(key.public_key())


def verify(payload: str, signature: str, key: str) -> bool:
    """Whether one of the clinic's keys, the one with this id, signed just this payload."""
    public = _public_keys().get(key)
    if public is None:
        return False
    try:
        public.verify(from_base64(signature), payload.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def holds(prescription: Prescription) -> bool:
    """Whether the stored signature still fits the stored text."""
    return verify(prescription.payload, prescription.signature, prescription.key_id)


def public_keys() -> dict[str, str]:
    """Id -> public key (32 bytes in base64url) of all keys that verify, for the public page."""
    return {
        name: to_base64(public.public_bytes(Encoding.Raw, PublicFormat.Raw))
        for name, public in _public_keys().items()
    }


def code(prescription: Prescription) -> str:
    """What follows the # in the QR's address: format, key, signature, and the payload deflated (raw)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(prescription.payload.encode()) + packer.flush()
    return ".".join((FORMAT, prescription.key_id, prescription.signature, to_base64(packed)))


def proof(signature: str) -> str:
    """Shows the server that one holds the QR code, without giving it the signature."""
    return hashlib.sha256(signature.encode()).hexdigest()


def is_proof(prescription: Prescription, said: str) -> bool:
    return bool(prescription.signature) and constant_time_compare(proof(prescription.signature), said)


def key_id(public: Ed25519PublicKey) -> str:
    return hashlib.sha256(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def to_base64(content: bytes) -> str:
    """Of the address-safe kind, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def from_base64(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _private_keys() -> tuple[Ed25519PrivateKey, ...]:
    return _made(
        tuple(settings.PRESCRIPTION_KEYS), (settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS))
    )


def _public_keys() -> dict[str, Ed25519PublicKey]:
    return {key_id(key.public_key()): key.public_key() for key in _private_keys()}


@cache
def _made(seeds: tuple[str, ...], secrets: tuple[str, ...]) -> tuple[Ed25519PrivateKey, ...]:
    if not seeds:
        return tuple(_derived(secret) for secret in secrets)
    try:
        return tuple(
            Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True)) for seed in seeds
        )
    except ValueError as error:
        raise ImproperlyConfigured("PRESCRIPTION_KEYS holds base64 of 32 bytes each") from error


def _derived(secret: str) -> Ed25519PrivateKey:
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"clinic prescription ed25519").derive(
        secret.encode()
    )
    return Ed25519PrivateKey.from_private_bytes(seed)
