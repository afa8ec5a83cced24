"""Announcements for the apps above. Sent inside the transaction: a receiver that raises undoes the change."""

from django.dispatch import Signal

# access: the BreakGlass that was just opened, with doctor and patient loaded
glass_broken = Signal()

# kept, merged: both Users, locked; actor. First everyone who has to locks rows or refuses (a visit's row is locked
# before a conversation's everywhere), then each app moves what is the merged patient's to the kept one.
patients_merging = Signal()
patients_merged = Signal()

# user, reason (one of domain.sessions), session: the fingerprint of the log-in that ended, "" when all did.
log_in_ended = Signal()

# patient. Each app answers with the numbers by which it knows the patient (cards, accounts, transfers): they are taken
# out of what leaves the clinic.
identifiers_wanted = Signal()
