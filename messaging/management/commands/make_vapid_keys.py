from base64 import urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Make the pair of keys with which this clinic signs its web push; put both lines into the environment."

    def handle(self, *args: Any, **options: Any) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        private = key.private_numbers().private_value.to_bytes(32, "big")
        self.stdout.write(f"VAPID_PUBLIC_KEY={_text(public)}")
        self.stdout.write(f"VAPID_PRIVATE_KEY={_text(private)}")


def _text(key: bytes) -> str:
    return urlsafe_b64encode(key).rstrip(b"=").decode("ascii")
