"""What the OpenAPI document says about the API as a whole; docs/api.md says the same with examples."""

ABOUT = """\
Book, pay, chat and meet; the clinical record by role. Live events and call signalling are sockets: `docs/realtime.md`.
A walk with examples: `docs/api.md`.

**Signing in.** `Authorization: Token <key>` with the key of `POST /api/login/`, or the session cookie of the pages with
its CSRF token. What is not yours answers 404, as if it did not exist; what is yours but not allowed answers 403.

**Values.** Ids are UUIDs. Times are ISO 8601 with an offset. Money is a decimal string with a `currency` beside it.

**Bodies** are JSON; `multipart/form-data` where files are sent. Fields that are not named here are ignored.

**Lists** answer `{next, previous, results}`; `next` and `previous` are addresses or null. `?page_size=` up to 100.

**Errors** have one shape, `{code, detail, fields}`: `code` is stable and for programs, `detail` a sentence for people,
`fields` has messages by input name. Any address answers 405 `method_not_allowed` (with `Allow`) to a method that is not
listed for it, and 429 `throttled` with `Retry-After` when there are too many requests. Addresses end with a slash.
"""

TAGS = {
    "adherence": "How regularly medicines are taken.",
    "analyze-prescription": "The reading assistant.",
    "appointments": "Visits: booking, moving, calling off, and each step on the day.",
    "billing-documents": "Invoices, receipts and credit notes.",
    "calls": "Audio and video calls; their signalling is a socket.",
    "conversations": "Conversations and their messages, in order of `seq` without a gap.",
    "doctors": "The directory, free times and reviews.",
    "documents": "Files of the record.",
    "doses": "Which doses are planned on a day.",
    "feedback": "What patients say about their visits.",
    "imaging-reports": "Orders, reading and reports of imaging.",
    "intakes": "What was told of single doses.",
    "lab-reports": "Laboratory results.",
    "login": "Signing in.",
    "logout": "Signing out.",
    "medical-records": "Conditions, allergies, immunisations, vital signs and what else is recorded.",
    "medicines": "The catalogue of medicines.",
    "messages": "Changing, deleting and finding messages.",
    "notifications": "What there is to tell the caller.",
    "payments": "What a visit costs, its QR code, and proof that it was paid.",
    "people": "Photos.",
    "prescriptions": "From a draft to a signed prescription.",
    "profile": "The caller's own account.",
    "quote": "What a visit would cost.",
    "referrals": "From one doctor to another.",
    "register": "New patients.",
    "services": "What can be booked.",
    "socket-ticket": "One-use tickets for the live socket.",
    "specialties": "Specialties, and the free times of all their doctors.",
    "visitnotes": "Notes of visits.",
    "waiting": "The waiting list.",
}
