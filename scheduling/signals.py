"""Announcements for the apps above. Sent inside the transaction: a receiver that raises undoes the change."""

from django.dispatch import Signal

# appointment, actor
appointment_booked = Signal()
# appointment, from_status, to_status, actor (None: the portal itself), reason, by_patient (a patient who answers for it
# called it off)
appointment_status_changed = Signal()
# referral, from_status ("": it was just asked for), to_status, actor
referral_status_changed = Signal()
# appointment, reader. Before anybody cancels: each receiver returns the sentences that `reader` has to know.
cancelling = Signal()
# Nothing. After each sweep, outside of any transaction: apps above do then what time has made due.
swept = Signal()
