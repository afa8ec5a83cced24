"""One unambiguous way to write days and times in both languages."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
USE_THOUSAND_SEPARATOR = False
