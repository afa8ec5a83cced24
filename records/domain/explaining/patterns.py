"""What looks like a name, an address or somebody's number, whoever's it is. Pure."""

import re

EMAIL = re.compile(
    r"[^\s@<>(),;:]+\s?@\s?[^\s@<>(),;:]+\.[^\s@<>(),;:]{2,}"
    r"|[\w.+-]*[A-Za-z][\w.+-]*@[A-Za-z][\w.-]+|(?<!\S)@[A-Za-z_][\w.]{3,}"
    r"|(?i:[\w.+-]+\s?(?:\[at\]|\(at\))\s?[\w.-]+|[\w.+-]+\sat\s\w+(?:\s(?:dot|\[dot\]|\(dot\))\s\w+)+)"
)
LINK = re.compile(
    r"(?i)\b(?:https?://|ftp://|www\.)\S+"
    r"|\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.(?:com|org|net|edu|gov|np|in|io|app"
    r"|info)(?:\.[a-z]{2})?\b(?:/\S*)?"
)

# After these words in a form stands what names a person, up to the next field of the line.
_ENDS = r"(?:(?!\s{2,}|\t|\||;|\b[A-Z][\w/]{1,14}:).)*"
_WHO = (
    r"patient|pt|client|father|mother|husband|wife|spouse|son|daughter|brother|sister|uncle|aunt"
    r"|guardian|attendant"
    r"|informant|relative|visitor|witness|doctor|physician|consultant|surgeon|radiologist|pathologist"
    r"|technologist"
    r"|technician|nurse|contact person|emergency contact"
)
_BY = (
    r"referred|reported|requested|verified|checked|signed|prepared|seen|examined|authori[sz]ed"
    r"|approved|typed|printed"
)
_NOT_OF = r"(?<!test )(?<!drug )(?<!brand )(?<!medicine )(?<!generic )(?<!parameter )"
# What stands after the same words and names nobody: the complaint after C/O, the scan after MR.
_ILLNESS = (
    r"(?!(?i:fever|pain|chest|abdom\w*|epigastr\w*|contrast|cough\w*|cold|headache|head|weakness"
    r"|vomit\w*|nausea|loose|diarr?h\w*"
    r"|burning|swelling|back\w*|low|lower|upper|left|right|both|bilateral|acute|chronic|known|no|not|old"
    r"|new|any|severe|mild|moderate"
    r"|short\w*|difficult\w*|breath\w*|dizz\w*|giddi\w*|vertigo|bleeding|joint|knee|neck|shoulder|leg"
    r"|hip|ear|eye|throat|sore|rash"
    r"|itch\w*|injury|fall|trauma|menopaus\w*|dengue|typhoid|malaria|pneumonia|tubercul\w*|infect\w*"
    r"|tumou?r|mass|lesion|stone"
    r"|calcul\w*|fractur\w*|hypert\w*|hypo\w*|diabet\w*|asthma\w*|copd|cancer|carcinoma|stroke|cardiac"
    r"|heart|renal|liver|lung"
    r"|brain|spine|spinal|cervical|lumb\w*|dorsal|angio\w*|veno\w*|cholangio\w*|entero\w*|spectro\w*"
    r"|imaging|scan|pelvis|contin"
    r"|died|dead|alive|healthy|well|stable|denies|reports|has|had|is|was|positive|negative|normal|none"
    r"|nil|advised|consent"
    r"|result|value|unit|reference|range|age|sex|gender|date|dose|frequency|route|strength|continue"
    r"|start|stop|take|give|please|advice"
    r"|review|follow\w*|repeat|refer\w*|call|alert|conscious|afebrile|comfortable|male|female|adult|child"
    r"|sir|madam|doctor|colleague|patient)\b)"
)
# Capitals, as names have them: at most four words.
_CAPITALS = (
    rf"{_ILLNESS}(?:[A-Z][\w'’-]*(?:\.[ ]?|[ ]|(?![\w'’-]))){{1,4}}"
    rf"|[\u0900-\u0963\u0970-\u097f]+(?:\s[\u0900-\u0963\u0970-\u097f]+){{0,2}}"
)
NAME_FIELD = re.compile(
    rf"(?i)(?P<label>\b(?:(?:{_WHO})(?:['’]?s)?\s+name|(?:full\s+|first\s+|last\s+|sur)?{_NOT_OF}name"
    rf"|ref\.?\s*by|next of kin)"
    rf"\s*(?:[:=]|[-–](?=\s))\s*|(?:बिरामीको\s+)?नाम(?:[\s,/]*थर)?\s*[:ः–-]\s*)(?-i:(?P<value>{_ENDS}))"
)
# Without the word "name", or without a colon: only what is written as names are.
NAMED = re.compile(
    rf"(?i)(?P<label>\b(?:(?:{_WHO})(?:['’]?s)?\s*[:=]\s*|(?:(?:{_WHO})(?:['’]?s)?\s+name|{_NOT_OF}name"
    rf"|next of kin)[ ]+"
    rf"|(?:{_BY})\s+by\s*[:=]?\s*|signed\s*:\s*|(?:(?:best|kind|warm)\s+)?(?:regards|sincerely"
    rf"|faithfully|truly|wishes)[,:]?\s+"
    r"|dear\s+|(?:son|daughter|wife|husband|mother|father|brother|sister|uncle|aunt|neighbou?r|friend"
    r"|cousin)(?:\s+of)?,?\s+)"
    rf"|बिरामीको\s+नाम(?:[\s,/]*थर)?\s+)(?-i:(?P<value>{_CAPITALS}))"
)
LETTER_HEAD = re.compile(r"^(?P<label>\s*(?:From|To|Cc|Bcc):\s*)(?P<value>[^<\[]+?)(?=\s*<?\[e-mail\])")
TITLED = re.compile(
    r"\b(?P<label>(?:(?:Dr|DR|Mr|MR|Mrs|MRS|Ms|MS|Miss|Prof|PROF|Smt|Shri|Er)\b\.?|[CSDW]/[Oo]\b:?"
    r"|(?:Dr|Mrs?|Ms|Miss|Prof|Smt|Shri)(?=[A-Z][a-z]))\s*)"
    rf"(?P<value>{_ILLNESS}(?:[A-Z][\w'’-]*\.?(?:[ ]|$)?){{1,4}})"
    r"|(?P<label2>\b(?i:dr|mrs?|ms)\.\s*)(?P<value2>(?:[a-z]\.\s*)*[a-z]{3,}(?:\s[a-z]{3,})?)"
)
# What a doctor writes behind the name.
DEGREES = r"(?:MBBS|MD|MCh|FCPS|FRCP|FRCS|MRCP|MDS|BDS|DNB|PhD|BAMS|RN|NMC)"
LEARNED = re.compile(
    rf"(?P<label>)(?P<value>{_ILLNESS}(?:[A-Z][a-z'’-]+\s+|[A-Z]\.\s*"
    rf"|[A-Z]{{3,}}\s+){{1,3}}[A-Z][\w'’-]+)(?=,?\s*\(?{DEGREES}\b)"
)
KC = re.compile(r"(?<![\u0900-\u097f])के\.\s?सी\.?|(?<![\u0900-\u097f])केसी(?![\u0900-\u097f])")
_NE = r"[\u0900-\u0963\u0970-\u097f]+"
TITLED_NE = re.compile(
    rf"(?P<label>(?<![\u0900-\u097f])(?:डा\.\s*|(?:डा|डाक्टर|श्रीमती|श्रीमान्|श्री|सुश्री)\s+))"
    rf"(?P<value>{_NE}(?:\s+{_NE})?)"
)

ADDRESS_FIELD = re.compile(
    r"(?i)(?P<label>\b(?:(?:address|addr?\.?|residence|ठेगाना)\s*(?:[:=]|[-–](?=\s))\s*"
    r"|(?:address|addr\.?)\s+(?-i:(?=[A-Z]\w+(?:-\d|,|$)))|बस्ने\s+ठाउँ\s*[:ः-]?\s+"
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
    "MRN|UHID|OPD|IPD|NHIS?|SSN|SSF|PAN|NID|NMC|aadhaa?r|A/C|account|acct|policy|member(?:ship)?|insurance|passport|citizenship"
    r"|licen[cs]e|lic\.|reg(?:istration|n)?|invoice|receipt|accession|ID"
)
_WEAK = (
    "HIB|insurance board|hospital|patient|bed|bill|specimen|sample|lab|ref(?:erence)?|case|file|card"
    "|phone|mobile|tel"
)
_NO = r"(?:(?:no|number|num|id|code)\b\.?|#|नं\.?)"
ID_FIELD = re.compile(
    rf"(?i)(?P<label>\b(?:(?:{_STRONG})\b\.?[ ]*{_NO}?|(?:{_WEAK})\b\.?[ ]*{_NO})[ ]*[:#=№-]?[ ]*)"
    r"(?P<value>(?=[\w/-]*\d)[A-Za-z0-9][\w/-]{2,})"
)
ID_FIELD_NE = re.compile(
    r"(?P<label>(?:नागरिकता|ना\.?\s?प्र\.?|परिचय\s?पत्र|बीमा|दर्ता|राहदानी|लाइसेन्स|स्थायी लेखा"
    r"|खाता)[^\d\n]{0,24}?)(?P<value>\d[\d/-]{2,})"
)
TELEPHONE = re.compile(
    r"(?P<label>\b(?:(?i:tel(?:ephone)?|phone|mob(?:ile)?|cell|contact|whatsapp|viber|imo|fax)|PH"
    r"|Ph)\b\.?[ ]*(?i:no|number|num)?\.?[ ]*[:=-]?[ ]*"
    r"|(?:फोन|मोबाइल|सम्पर्क)[^\d\n]{0,10}?)(?P<value>(?!\d{1,2}\.\d)[+(]?\d(?:[ ()/-]{0,2}\d){4,})"
)
CODED = re.compile(r"(?<![\w/-])[A-Za-z]{1,6}[-/]?\d{4,}[\w/-]*|\b[A-Z]{2}-[A-Z0-9]{4}-[A-Z0-9]{4}\b")
# Thousands as people group them here and elsewhere are amounts, not somebody's number.
GROUPED = re.compile(
    r"(?<![\d,.+-])(?:\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3})(?:\.\d+)?(?![\d,]|[-.]\d)"
)
FOURS = re.compile(r"(?<![\d.])(?!(?:19|20)\d\d[ -])\d{4}[ -]\d{4}[ -]\d{4}(?![\d.])")
RUN = re.compile(r"(?<![\w.])\+?\(?\d(?:[-./()]{0,2}\d){6,}(?!\w)|(?<!\d)\d{7,}(?!\d)")
PHONE = re.compile(
    r"(?<![\w.])(?:\+|00)\d{1,3}(?:[-. ()]{0,3}\d){6,12}(?!\d)"
    r"|(?<![\d.])(?<!\d[-/])\(?0\d{1,2}\)?(?:[-. ]{0,2}\d){6,8}(?!\d)"
    r"|(?<![\d.])9[-. ]?[678](?:[-. ]{0,2}\d){8}(?!\d)"
)

_OLD = r"(?:9\d|1[0-3]\d)"
_YEARS = r"[ -]*(?:years?|yrs?|y/o|yo\b|y\b|वर्ष(?:ीय)?)"
AGE = re.compile(
    rf"(?i)(?<![\d./-]){_OLD}{_YEARS}(?:[ -]*old)?"
    rf"|(?:(?<=\bage)|(?<=\baged)|(?<=उमेर))[ :=/–-]*{_OLD}(?!\d)"
    rf"|(?<![\d./-]){_OLD}(?=\s*[/ ]\s*(?:M|F|male|female)\b)"
)

# A word with figures that were letters.
MISREAD = re.compile(r"(?<![\w-])(?=\w*\d)(?=\w*[A-Za-z]{2})[A-Za-z0-9]{4,}(?![\w-])")
# A line that holds nothing but what announces the next one.
ANNOUNCES = re.compile(
    rf"(?i)\s*(?:(?:(?:{_WHO})(?:['’]?s)?(?:\s+name)?|(?:full\s+)?name|ref\.?\s*by|next of kin"
    rf"|(?:{_BY})\s+by|signed|dear"
    r"|(?:(?:best|kind|warm)\s+)?regards|(?:yours\s+)?(?:sincerely|faithfully|truly)|from|to|address"
    r"|residence"
    r"|d\.?o\.?b\.?|date of birth|birth\s?date|(?:MRN|UHID|ID|NHIS?|PAN)(?:\s*(?:no|number)\.?)?"
    r"|(?:hospital|patient|bill|lab|sample)\s+(?:no|id|number)\.?"
    r"|(?:tel(?:ephone)?|phone|mobile|contact)(?:\s*(?:no|number)\.?)?|(?:बिरामीको\s+)?नाम(?:[\s,/]*थर)?"
    r"|ठेगाना|जन्म(?:\s?मिति)?|फोन|मोबाइल|नागरिकता(?:\s*नं\.?)?)"
    r"\s*[:=ः,-]?)\s*"
)
