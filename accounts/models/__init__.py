from .activity import Activity, ActivityHead
from .care import BreakGlass, CareLink
from .profile import DoctorProfile, PatientProfile, Specialty
from .ticket import SocketTicket
from .user import User

__all__ = [
    "Activity",
    "ActivityHead",
    "BreakGlass",
    "CareLink",
    "DoctorProfile",
    "PatientProfile",
    "SocketTicket",
    "Specialty",
    "User",
]
