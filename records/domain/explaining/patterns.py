"""What looks like a name, an address or somebody's number, whoever's it is. Pure."""

import re

EMAIL = re.compile(r"[^\s@<>(),;:]+\s?@\s?[^\s@<>(),;:]+\.[^\s@<>(),;:]{2,}")
LINK = re.compile(
    r"(?i)\b(?:https?://|ftp://|www\.)\S+"
    r"|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|np|in|io|app|info)(?:\.[a-z]{2})?\b(?:/\S*)?"
)

# After these words in a form stands what names a person, up to the next field of the line.
_ENDS = r"(?:(?!\s{2,}|\t|\||;|\b[A-Z][\w/]{1,14}:).)*"
_WHO = r"patient|father|mother|husband|wife|spouse|guardian|doctor|physician|consultant|surgeon"
_BY = r"referred|reported|requested|verified|checked|signed|prepared|seen"
_NOT_OF = r"(?<!test )(?<!drug )(?<!brand )(?<!medicine )(?<!generic )(?<!parameter )"
NAME_FIELD = re.compile(
    rf"(?i)(?P<label>\b(?:(?:{_WHO})(?:['’]?s)?(?:\s+name)?|(?:full\s+)?{_NOT_OF}name"
    rf"|(?:{_BY})\s+by|ref\.?\s*by|next of kin)"
    rf"\s*[:=]\s*|(?:बिरामीको\s+)?नाम\s*[:ः–-]\s*)(?-i:(?P<value>{_ENDS}))"
)
TITLED = re.compile(
    r"\b(?P<label>(?:(?:Dr|DR|Mr|MR|Mrs|MRS|Ms|MS|Miss|Prof|PROF|Smt|Shri|Er)\b\.?|[CSDW]/O\b:?)\s*)"
    r"(?P<value>(?:[A-Z][\w'’-]*\.?(?:[ ]|$)?){1,4})"
)
_NE = r"[\u0900-\u0963\u0970-\u097f]+"
TITLED_NE = re.compile(
    rf"(?P<label>(?<![\u0900-\u097f])(?:डा\.?|डाक्टर|श्रीमती|श्री|सुश्री)\s+)(?P<value>{_NE}(?:\s+{_NE})?)"
)

ADDRESS_FIELD = re.compile(
    r"(?i)(?P<label>\b(?:(?:address|residence|ठेगाना)\s*[:=]\s*"
    r"|(?:resident of|lives (?:in|at))\s+(?-i:(?=[A-Z0-9\u0900-\u097f]))))"
    r"(?-i:(?P<value>[^|;\n]+?))(?=\s{2,}|\t|\||;|$)"
)
WARD = re.compile(
    r"(?i)\b(?:ward|house|p\.?\s?o\.?\s?box|tole|street)\s*(?:no\.?)?\s*[-:#]?\s*\d+"
    r"|(?:वडा|घर)\s*(?:नं\.?|नम्बर)?\s*[-:]?\s*\d+"
)
# Words of addresses that say nothing of where it is.
ANY_PLACE = frozenset(
    [
        *("house", "ward", "road", "street", "marg", "tole", "chowk", "near", "nepal", "clinic", "hospital"),
        *(
            "district",
            "municipality",
            "metropolitan",
            "block",
            "flat",
            "floor",
            "north",
            "south",
            "east",
            "west",
        ),
        *("lane", "city", "town", "village", "health", "care", "centre", "center", "medical", "demo", "main"),
        *("upper", "lower", "left", "right", "back"),
    ]
)

# The second kind of word needs a "no." or the like: a lab writes "Ref: 120-155".
_STRONG = (
    "MRN|UHID|OPD|IPD|NHI|SSN|PAN|NID|NMC|A/C|account|acct|policy|member(?:ship)?|insurance|passport|citizenship"
    "|licen[cs]e|reg(?:istration|n)?|invoice|receipt|accession|ID"
)
_WEAK = "hospital|patient|bed|bill|specimen|sample|lab|ref(?:erence)?|case|file|card|phone|mobile|tel"
_NO = r"(?:(?:no|number|num|id|code)\b\.?|#|नं\.?)"
ID_FIELD = re.compile(
    rf"(?i)(?P<label>\b(?:(?:{_STRONG})\b\.?[ ]*{_NO}?|(?:{_WEAK})\b\.?[ ]*{_NO})[ ]*[:#=№-]?[ ]*)"
    r"(?P<value>(?=[\w/-]*\d)[A-Za-z0-9][\w/-]{2,})"
)
CODED = re.compile(r"(?<![\w/-])[A-Za-z]{1,6}[-/]?\d{4,}[\w/-]*|\b[A-Z]{2}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")
# Thousands as people group them here and elsewhere are amounts, not somebody's number.
GROUPED = re.compile(
    r"(?<![\d,.+-])(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?(?![\d,]|[-.]\d)"
)
RUN = re.compile(r"(?<![\w.])\+?\(?\d(?:[-./()]{0,2}\d){6,}(?!\w)|(?<!\d)\d{7,}(?!\d)")
PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)\d{1,3}(?:[-. ()]{0,3}\d){6,12}(?!\d)"
    r"|(?<![\d.])\(?0\d{1,2}\)?(?:[-. ]{0,2}\d){6,8}(?!\d)|(?<![\d.])9[-. ]?[678](?:[-. ]{0,2}\d){8}(?!\d)"
)

_OLD = r"(?:9\d|1[0-3]\d)"
_YEARS = r"[ -]*(?:years?|yrs?|y/o|yo\b|y\b|वर्ष(?:ीय)?)"
AGE = re.compile(
    rf"(?i)(?<![\d./-]){_OLD}{_YEARS}(?:[ -]*old)?"
    rf"|(?:(?<=\bage)|(?<=\baged)|(?<=उमेर))[ :]*{_OLD}(?!\d)"
    rf"|(?<![\d./-]){_OLD}(?=\s*[/ ]\s*(?:M|F|male|female)\b)"
)
