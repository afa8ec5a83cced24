"""Announcements for the apps above. Sent inside the transaction: a receiver that raises undoes the change."""

from django.dispatch import Signal

# access: the BreakGlass that was just opened, with doctor and patient loaded
glass_broken = Signal()
