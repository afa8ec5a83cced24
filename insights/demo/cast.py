"""Who works at the invented clinic, and what it offers: plain values."""

from dataclasses import dataclass

PASSWORD = "demo-pass-2026"
DOMAIN = "demo.clinic"


@dataclass(frozen=True)
class DemoSpecialty:
    name: str
    slug: str
    icon: str
    description: str


@dataclass(frozen=True)
class DemoDoctor:
    email: str
    first_name: str
    last_name: str
    gender: str
    specialty: str
    fee: int
    languages: str
    years: int
    education: str
    biography: str
    # Weekdays without consultation, as date.weekday() counts; 5 is Saturday, Nepal's day of rest.
    free_days: tuple[int, ...] = (5,)
    hours: tuple[str, str] = ("09:00", "17:00")
    modes: str = "video,in_person"


@dataclass(frozen=True)
class DemoPatient:
    email: str
    first_name: str
    last_name: str
    gender: str
    born: int


@dataclass(frozen=True)
class DemoService:
    name: str
    minutes: int
    price: int
    description: str
    kind: str = "consultation"
    from_doctor: bool = False
    modes: str = "video,in_person"
    specialty: str = ""
    # Names of RESOURCES: one of each is taken.
    needs: tuple[str, ...] = ()
    preparation: str = ""
    needs_referral: bool = False


SPECIALTIES = [
    DemoSpecialty("General medicine", "general-medicine", "stethoscope",
                  "Fever, cough, blood pressure, diabetes, check-ups."),
    DemoSpecialty("Cardiology", "cardiology", "heart-pulse", "Chest pain, palpitations, heart check-ups."),
    DemoSpecialty("Child health", "child-health", "baby", "Newborns to sixteen: growth, vaccines, illness."),
    DemoSpecialty("Women's health", "womens-health", "flower-2", "Pregnancy, periods, family planning."),
    DemoSpecialty("Bones and joints", "bones-and-joints", "bone", "Back, knees, fractures, sports injuries."),
    DemoSpecialty("Skin", "skin", "sun", "Rashes, acne, allergies, hair and nails."),
    DemoSpecialty("Mental health", "mental-health", "brain", "Worry, sleep, low mood, stress."),
    DemoSpecialty("Ear, nose and throat", "ent", "ear", "Hearing, sinuses, throat, dizziness."),
    DemoSpecialty("Radiology", "radiology", "scan", "X-ray, ultrasound and MRI, read by a specialist."),
]  # fmt: skip

DOCTORS = [
    DemoDoctor("doctor", "Sita", "Sharma", "female", "general-medicine", 800, "ne,en,hi", 14,
               "MBBS, MD (General practice)",
               "I look after whole families: fevers and coughs, blood pressure, diabetes, and the question you were "
               "not sure whom to ask. A first visit takes its time; for results and repeat prescriptions a video "
               "visit is usually enough.", free_days=()),
    DemoDoctor("doctor2", "Rajan", "Thapa", "male", "cardiology", 1500, "ne,en", 19,
               "MBBS, MD, DM (Cardiology)",
               "Chest discomfort, breathlessness, high blood pressure and rhythm problems. Please bring earlier ECGs "
               "and the list of your medicines, or attach pictures of them when you book.", free_days=()),
    DemoDoctor("radiologist", "Nirmala", "Joshi", "female", "radiology", 1200, "ne,en", 11,
               "MBBS, MD (Radiology)",
               "X-ray and ultrasound. I explain what the pictures show and what they cannot show.",
               free_days=(6,), modes="in_person"),
    DemoDoctor("prakash.adhikari", "Prakash", "Adhikari", "male", "child-health", 1000, "ne,en,hi", 16,
               "MBBS, MD (Paediatrics)",
               "Newborn checks, vaccines, growth, asthma and the many fevers of the first years. Children may bring "
               "their favourite toy; it gets examined first.", hours=("08:00", "15:00")),
    DemoDoctor("sunita.maharjan", "Sunita", "Maharjan", "female", "womens-health", 1200, "ne,en,new", 13,
               "MBBS, MD (Obstetrics and gynaecology)",
               "Care before, during and after pregnancy, painful or irregular periods, and family planning, in a "
               "calm and private setting."),
    DemoDoctor("bibek.poudel", "Bibek", "Poudel", "male", "bones-and-joints", 1100, "ne,en,hi", 9,
               "MBBS, MS (Orthopaedics)",
               "Knees and backs worn by steep paths, fractures, and sports injuries. Exercise first, surgery only "
               "when it truly helps.", free_days=(5, 2)),
    DemoDoctor("anjali.shrestha", "Anjali", "Shrestha", "female", "skin", 900, "ne,en,new", 8,
               "MBBS, MD (Dermatology)",
               "Skin, hair and nails. A clear photo in daylight, attached to your booking, often saves a trip.",
               hours=("10:00", "18:00")),
    DemoDoctor("deepak.yadav", "Deepak", "Yadav", "male", "general-medicine", 700, "ne,mai,bho,hi", 6,
               "MBBS, MD (Internal medicine)",
               "Diabetes, thyroid, stomach and chest complaints. Consultations in Maithili and Bhojpuri are welcome.",
               hours=("11:00", "19:00")),
    DemoDoctor("pasang.sherpa", "Pasang", "Sherpa", "female", "mental-health", 1300, "ne,en,taj", 12,
               "MBBS, MD (Psychiatry)",
               "Worry that does not let go, low mood, poor sleep, grief. We go at your pace, and many people prefer "
               "to talk from home by video."),
    DemoDoctor("roshan.chaudhary", "Roshan", "Chaudhary", "male", "ent", 950, "ne,thr,hi,en", 10,
               "MBBS, MS (ENT)",
               "Hearing, tinnitus, sinus trouble, tonsils and dizziness, in children and adults.", free_days=(5, 0)),
]  # fmt: skip

SERVICES = [
    DemoService("Consultation", 30, 800, "A full visit with the doctor of your choice.", from_doctor=True),
    DemoService("Follow-up", 15, 400, "A short look at results or at how a treatment works."),
    DemoService("Long consultation", 60, 1800, "For several concerns or a second opinion.",
                needs=("Large consulting rooms",)),
    DemoService("X-ray", 15, 900, "One region, with a written reading.", kind="imaging", modes="in_person",
                specialty="radiology", needs=("X-ray machines",),
                preparation="Leave necklaces, belts and coins at home.\n"
                            "Tell us before the picture if you could be pregnant."),
    DemoService("Ultrasound", 30, 1600, "Abdomen, thyroid or pelvis, with a written reading.", kind="imaging",
                modes="in_person", specialty="radiology", needs=("Ultrasound machines",),
                preparation="For the abdomen: eat nothing for six hours before. Water is fine.\n"
                            "For the pelvis: drink four glasses of water and do not empty your bladder."),
    DemoService("MRI scan", 45, 9500, "One region, with a written reading.", kind="imaging", modes="in_person",
                specialty="radiology", needs=("MRI scanners",), needs_referral=True,
                preparation="Tell us beforehand about a pacemaker, implants or metal in your body.\n"
                            "Come 20 minutes early, without jewellery, and bring the letter of your doctor."),
]  # fmt: skip

# Group, room or equipment, what is in it.
RESOURCES = [
    ("Large consulting rooms", "room", ["Room 3", "Room 7"]),
    ("X-ray machines", "equipment", ["X-ray, ground floor"]),
    ("Ultrasound machines", "equipment", ["Ultrasound A", "Ultrasound B"]),
    ("MRI scanners", "equipment", ["MRI, 1.5 tesla"]),
]

# The first two are log-ins.
PATIENTS = [
    DemoPatient("patient", "Asha", "Gurung", "female", 1991),
    DemoPatient("patient2", "Bikash", "Rai", "male", 1986),
    DemoPatient("gita.tamang", "Gita", "Tamang", "female", 1978),
    DemoPatient("hari.bahadur", "Hari Bahadur", "Magar", "male", 1954),
    DemoPatient("kopila.limbu", "Kopila", "Limbu", "female", 1999),
    DemoPatient("suresh.karki", "Suresh", "Karki", "male", 1969),
    DemoPatient("laxmi.thakuri", "Laxmi", "Thakuri", "female", 1983),
    DemoPatient("milan.basnet", "Milan", "Basnet", "male", 1995),
    DemoPatient("nisha.bhandari", "Nisha", "Bhandari", "female", 2001),
    DemoPatient("om.prakash", "Om Prakash", "Jha", "male", 1962),
    DemoPatient("pooja.khadka", "Pooja", "Khadka", "female", 1988),
    DemoPatient("ramesh.dahal", "Ramesh", "Dahal", "male", 1974),
    DemoPatient("sarita.bk", "Sarita", "Bishwakarma", "female", 1993),
    DemoPatient("tenzin.lama", "Tenzin", "Lama", "other", 1997),
    DemoPatient("uma.devi", "Uma Devi", "Upadhyay", "female", 1949),
    DemoPatient("yogesh.singh", "Yogesh", "Singh", "male", 1980),
    DemoPatient("anita.pun", "Anita", "Pun", "female", 1990),
    DemoPatient("binod.ghimire", "Binod", "Ghimire", "male", 1966),
    DemoPatient("chandra.sunuwar", "Chandra Kala", "Sunuwar", "female", 1958),
    DemoPatient("dipesh.manandhar", "Dipesh", "Manandhar", "male", 2003),
    DemoPatient("ekta.agrawal", "Ekta", "Agrawal", "female", 1985),
    DemoPatient("furba.sherpa", "Furba", "Sherpa", "male", 1972),
    DemoPatient("ganga.chhetri", "Ganga", "Chhetri", "female", 1964),
    DemoPatient("ishwor.neupane", "Ishwor", "Neupane", "male", 1992),
    # A long name, written in Devanagari: pages have to hold it.
    DemoPatient("saraswati.devi", "सरस्वती देवी", "श्रेष्ठ-अधिकारी", "female", 1976),
]

STAFF = [
    ("manager", "Maya", "Shrestha", "management"),
    ("cashier", "Dinesh", "Khanal", "management"),
    ("admin", "Anil", "Karki", "admin"),
]

LOGINS = [
    ("patient@demo.clinic", "patient"),
    ("patient2@demo.clinic", "patient"),
    ("doctor@demo.clinic", "doctor, general medicine"),
    ("doctor2@demo.clinic", "doctor, cardiology"),
    ("radiologist@demo.clinic", "doctor, radiology"),
    ("manager@demo.clinic", "management"),
    ("admin@demo.clinic", "admin"),
]


def address(name: str) -> str:
    return f"{name}@{DOMAIN}"
