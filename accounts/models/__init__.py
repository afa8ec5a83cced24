from .care import CareLink
from .profile import DoctorProfile, PatientProfile, Specialty
from .ticket import SocketTicket
from .user import User

__all__ = ["CareLink", "DoctorProfile", "PatientProfile", "SocketTicket", "Specialty", "User"]
