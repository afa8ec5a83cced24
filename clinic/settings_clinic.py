"""What the clinic is and what it asks for; clinic/settings.py takes it in."""

from decimal import Decimal
from urllib.parse import urlsplit

import environ

env = environ.Env()

CLINIC_NAME = env.str("CLINIC_NAME", "Sagarmatha Clinic")
CLINIC_CURRENCY = env.str("CLINIC_CURRENCY", "NPR")
# On invoices and receipts, below the name.
CLINIC_ADDRESS = env.str("CLINIC_ADDRESS", "")
CLINIC_PHONE = env.str("CLINIC_PHONE", "")
CLINIC_TAX_NUMBER = env.str("CLINIC_TAX_NUMBER", "")
HOLD_MINUTES = env.int("HOLD_MINUTES", 30)
CANCEL_NOTICE_HOURS = env.int("CANCEL_NOTICE_HOURS", 24)
# How long a doctor outside the care team may read a record after breaking the glass.
BREAK_GLASS_HOURS = env.int("BREAK_GLASS_HOURS", 4)
# For how many years the file of a document is kept, by its kind (records.enums.DocumentCategory).
DOCUMENT_KEEP_YEARS = {
    **dict.fromkeys(
        ("report", "letter", "discharge", "prescription", "laboratory", "imaging", "consent", "other"), 10
    ),
    "identity": 2,
    **env.dict("DOCUMENT_KEEP_YEARS", cast={"value": int}, default={}),
}
# Seeds (32 bytes in base64) of the keys that sign prescriptions: the first signs, all verify.
PRESCRIPTION_KEYS = env.list("PRESCRIPTION_KEYS", default=[])
CALL_OPENS_MINUTES_BEFORE = env.int("CALL_OPENS_MINUTES_BEFORE", 10)

# The report of a scan is authorised by another radiologist than the one who wrote it; False: by the same one, too.
IMAGING_SECOND_RADIOLOGIST = env.bool("IMAGING_SECOND_RADIOLOGIST", False)

# From this amount on two people have to agree that a payment has arrived; 0: one is enough.
SECOND_APPROVAL_FROM = Decimal(env.str("SECOND_APPROVAL_FROM", "0"))

# The QR code of a payment (billing/domain/codes/): who is paid, as the bank knows them.
PAYMENT_QR = {
    # emvco, upi, or pasted: the clinic's own QR text.
    "kind": env.str("PAYMENT_QR_KIND", "emvco"),
    "merchant_account_tag": env.str("PAYMENT_QR_ACCOUNT_TAG", "26"),
    "globally_unique_id": env.str("PAYMENT_QR_GUID", "fonepay.com"),
    "merchant_id": env.str("PAYMENT_QR_MERCHANT_ID", "DEMO0000000001"),
    "merchant_id_tag": env.str("PAYMENT_QR_MERCHANT_ID_TAG", "07"),
    "merchant_category_code": env.str("PAYMENT_QR_MCC", "8011"),
    "merchant_name": env.str("PAYMENT_QR_MERCHANT_NAME", CLINIC_NAME),
    "merchant_city": env.str("PAYMENT_QR_CITY", "Kathmandu"),
    "country_code": env.str("PAYMENT_QR_COUNTRY", "NP"),
    "text": env.str("PAYMENT_QR_TEXT", ""),
    "upi_id": env.str("PAYMENT_UPI_ID", ""),
}

# eSewa ePay v2 (billing/domain/gateways/esewa.py): offered when both are set.
ESEWA_PRODUCT_CODE = env.str("ESEWA_PRODUCT_CODE", "")
ESEWA_SECRET_KEY = env.str("ESEWA_SECRET_KEY", "")
ESEWA_FORM_URL = env.str("ESEWA_FORM_URL", "https://epay.esewa.com.np")
ESEWA_STATUS_URL = env.str("ESEWA_STATUS_URL", "https://epay.esewa.com.np")
if bool(ESEWA_PRODUCT_CODE) != bool(ESEWA_SECRET_KEY):
    raise SystemExit("ESEWA_PRODUCT_CODE and ESEWA_SECRET_KEY are needed together.")
if not env.bool("DEBUG", False) and not (
    ESEWA_FORM_URL.startswith("https://") and ESEWA_STATUS_URL.startswith("https://")
):
    raise SystemExit("ESEWA_FORM_URL and ESEWA_STATUS_URL begin with https://.")

# The reading assistant (records/domain/explaining/): a model behind any server that speaks OpenAI's chat completions.
# Without a key it works without a model.
ASSISTANT_API_KEY = env.str("ASSISTANT_API_KEY", "")
ASSISTANT_BASE_URL = env.str("ASSISTANT_BASE_URL", "https://api.groq.com/openai/v1")
ASSISTANT_MODEL = env.str("ASSISTANT_MODEL", "llama-3.3-70b-versatile")
ASSISTANT_DAILY_TOKENS = env.int("ASSISTANT_DAILY_TOKENS", 200_000)
_assistant = urlsplit(ASSISTANT_BASE_URL)
if not (
    _assistant.hostname
    and (
        _assistant.scheme == "https"
        or (_assistant.scheme == "http" and _assistant.hostname in ("localhost", "127.0.0.1", "::1"))
    )
):
    raise SystemExit("ASSISTANT_BASE_URL begins with https:// (http:// only for a server on this machine).")
