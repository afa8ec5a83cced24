"""Settings of sign-up, log-in, the second factor and sessions; clinic/settings.py takes them in."""

import environ

env = environ.Env()

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "accounts.forms.signup.SignupForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
ACCOUNT_EMAIL_NOTIFICATIONS = True
# Changes of the e-mail address ask for the password or second factor again; those of the second factor always do,
# and changing the password takes the old one.
ACCOUNT_REAUTHENTICATION_REQUIRED = True

MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.second_factor.AuthenticateForm",
    "reauthenticate": "accounts.forms.second_factor.ReauthenticateForm",
    "activate_totp": "accounts.forms.second_factor.ActivateTOTPForm",
    "add_webauthn": "accounts.forms.second_factor.AddPasskeyForm",
    "edit_webauthn": "accounts.forms.second_factor.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A code is also good half a minute early or late (RFC 6238, 5.2); accounts/forms/second_factor.py lets none in twice.
MFA_TOTP_TOLERANCE = 1
# Nobody gets in here without a verified address, so that a second factor can't be put on someone else's; and who has
# one must still be able to add a new address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Doctors, management and admins must set up a second factor before anything else.
STAFF_MFA_REQUIRED = env.bool("STAFF_MFA_REQUIRED", False)
# Staff are logged off after so many minutes without doing anything; 0: never.
STAFF_IDLE_MINUTES = env.int("STAFF_IDLE_MINUTES", 30)
USERSESSIONS_ADAPTER = "accounts.adapter.UserSessionsAdapter"
