from .appointment import Appointment, AppointmentFile, AppointmentStatusChange, CalendarCell
from .schedule import Break, DayOff, Schedule, WorkingHours
from .service import Service

__all__ = [
    "Appointment",
    "AppointmentFile",
    "AppointmentStatusChange",
    "Break",
    "CalendarCell",
    "DayOff",
    "Schedule",
    "Service",
    "WorkingHours",
]
