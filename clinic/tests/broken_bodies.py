"""Bodies that no JSON or form library would send: (what, Content-Type, body)."""

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"


def _part(headers: bytes, content: bytes = b"x", end: bytes = b"\r\n--x--\r\n") -> bytes:
    return b"--x\r\n" + headers + b"\r\n\r\n" + content + end


_NAMES = (
    "reason",
    "text",
    "doctor",
    "patient",
    "starts_at",
    "seq",
    "amount",
    "version",
    "items",
    "otp",
    "size",
)


def _each(value: str) -> bytes:
    return ("{" + ", ".join(f'"{name}": {value}' for name in _NAMES) + "}").encode()


BROKEN = [
    ("cut short", JSON, b'{"reason": '),
    ("empty", JSON, b""),
    ("nothing", JSON, b"null"),
    ("a list", JSON, b"[]"),
    ("a list of lists", JSON, b"[[], {}]"),
    ("a number", JSON, b"7"),
    ("a text", JSON, b'"reason"'),
    ("lists without end", JSON, b"[" * 100_000),
    ("objects without end", JSON, b'{"reason":' * 50_000),
    ("deep but whole", JSON, b'{"items":' * 900 + b"1" + b"}" * 900),
    ("not UTF-8", JSON, b'{"reason": "\xff\xfe"}'),
    ("UTF-16", JSON, '{"reason": "x"}'.encode("utf-16")),
    ("a null character", JSON, _each('"a\\u0000b"')),
    ("half a surrogate", JSON, _each('"\\ud800"')),
    ("beyond a float", JSON, _each("1e999")),
    ("not a number", JSON, _each("NaN")),
    ("more digits than Python reads", JSON, _each("9" * 5000)),
    ("a large number", JSON, _each("9" * 30)),
    ("a negative one", JSON, _each("-9223372036854775809")),
    ("a long text", JSON, _each('"' + "x" * 100_000 + '"')),
    ("signs that turn around", JSON, _each('"\u202e\u200f\ufeff"')),
    ("objects in place of texts", JSON, _each('{"$ne": null}')),
    ("lists in place of texts", JSON, _each("[1, [2]]")),
    ("truth in place of texts", JSON, _each("true")),
    ("the year nought", JSON, _each('"0000-00-00T00:00:00Z"')),
    ("the first day", JSON, _each('"0001-01-01T00:00:00+14:00"')),
    ("the last day", JSON, _each('"9999-12-31T23:59:59-12:00"')),
    ("the same name twice", JSON, b'{"reason": "a", "reason": []}'),
    ("an unknown character set", "application/json; charset=utf-99", b'{"reason": "x"}'),
    ("null characters in a form", FORM, b"reason=%00&text=%00&doctor=%00&starts_at=%00"),
    ("a form that is not UTF-8", FORM, b"reason=%ff%fe&text=\xff"),
    ("too many fields", FORM, b"&".join(b"a%d=1" % number for number in range(1500))),
    ("no boundary", "multipart/form-data", b"--x\r\n"),
    ("a wrong boundary", "multipart/form-data; boundary=\xe9", b"--x\r\n"),
    ("parts without end", PARTS, _part(b'Content-Disposition: form-data; name="reason"', end=b"")),
    ("a part without a name", PARTS, _part(b"Content-Disposition: form-data")),
    ("a part without headers", PARTS, b"--x\r\n\r\nx\r\n--x--\r\n"),
    ("a null character in a part", PARTS, _part(b'Content-Disposition: form-data; name="reason"', b"a\x00b")),
    (
        "a null character in a file's name",
        PARTS,
        _part(b'Content-Disposition: form-data; name="file"; filename="a\x00.png"', b"\x89PNG"),
    ),
    (
        "an empty file",
        PARTS,
        _part(b'Content-Disposition: form-data; name="file"; filename="../../a.png"', b""),
    ),
    (
        "a file where a text is asked for",
        PARTS,
        _part(b'Content-Disposition: form-data; name="reason"; filename="a.txt"', b"a"),
    ),
    (
        "wrong base64",
        PARTS,
        _part(
            b'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Transfer-Encoding: base64',
            b"!",
        ),
    ),
    ("another type", "application/xml", b"<a/>"),
    ("no type at all", "", b"{}"),
    ("a type that is none", "a/b/c;;", b"{}"),
    ("plain text", "text/plain", b"reason=x"),
]
