"""Announcements for the apps above."""

from django.dispatch import Signal

# kw: call, actor (the host who admitted, or who answered). Sent once, when a call becomes active, after that
# has committed: a receiver locks rows of its own and must not do so while the call's row is locked.
call_started = Signal()
