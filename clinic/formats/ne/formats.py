"""One unambiguous way to write days and times in both languages; thousands in lakhs, as Nepali does."""

DATE_FORMAT = "j M Y"
SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
USE_THOUSAND_SEPARATOR = False
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = (3, 2, 0)
