"""How the portal reaches people outside of it: mail, SMS, web push."""

from email.utils import parseaddr

import environ

env = environ.Env()

vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
# A server that does not answer must not hold the task worker.
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Clinic <clinic@localhost>")

# "twilio", "console" (the log: to develop) or nothing: then the clinic sends no SMS.
SMS_BACKEND = env.str("SMS_BACKEND", "console" if env.bool("DEBUG", False) else "")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", "")
# A number in E.164, or a messaging service ("MG…").
TWILIO_FROM = env.str("TWILIO_FROM", "")
if SMS_BACKEND not in ("", "console", "twilio"):
    raise SystemExit("SMS_BACKEND is twilio, console or empty.")
if SMS_BACKEND == "twilio" and not (TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN and TWILIO_FROM):
    raise SystemExit("SMS_BACKEND=twilio needs TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM.")

# Both made by `manage.py make_vapid_keys`; without them there is no web push. Whoever changes them loses every browser.
VAPID_PUBLIC_KEY = env.str("VAPID_PUBLIC_KEY", "")
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")
# Whom a push service writes to when something is wrong.
VAPID_SUBJECT = env.str("VAPID_SUBJECT", f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}")
