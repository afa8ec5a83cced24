from .appointment import Appointment, AppointmentFile, AppointmentStatusChange, CalendarCell
from .day import DelayNotice, DisruptedVisit, Disruption
from .feed import CalendarFeed
from .referral import Referral, ReferralStatusChange
from .resource import Resource, ResourceGroup, ResourceOutage
from .schedule import Break, DayOff, Holiday, Opening, Schedule, WorkingHours
from .series import AppointmentSeries
from .service import Service
from .waiting import WaitingEntry, WaitingOffer

__all__ = [
    "Appointment",
    "AppointmentFile",
    "AppointmentSeries",
    "AppointmentStatusChange",
    "Break",
    "CalendarCell",
    "CalendarFeed",
    "DayOff",
    "DelayNotice",
    "DisruptedVisit",
    "Disruption",
    "Holiday",
    "Opening",
    "Referral",
    "ReferralStatusChange",
    "Resource",
    "ResourceGroup",
    "ResourceOutage",
    "Schedule",
    "Service",
    "WaitingEntry",
    "WaitingOffer",
    "WorkingHours",
]
