"""Imaging reports, from the order of a scan to what the patient reads.

Lock order: the appointment, its referral, the report, its alert.
"""
