"""What is told about the clinical record. The built-in words; nothing of what a record says is in them."""

from .occasion import Occasion

RECORDS: tuple[Occasion, ...] = ()
