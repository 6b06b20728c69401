"""Values that break naive services: one JSON fragment each, as the bytes that go over the wire."""

import json
from collections.abc import Mapping

_TEXTS: Mapping[str, str] = {
    "empty": "",
    "spaces": " \t\r\n ",
    "nul": "배터리 \x00 소재",
    "only_nul": "\x00",
    "escape_controls": "a\x01\x02\x1b[31m",
    "zero_width": "\u200b\u200c\u200d\ufeff",
    "bidi": "\u202etxet neddih\u202c",
    "tag_characters": "battery \U000e0041\U000e0042",
    "hangul_fillers": "\u3164\uffa0\u115f",
    "variation_selectors": "a\ufe0f\ufe0e",
    "noncharacter": "a\uffff\ufffe\U0010ffff",
    "private_use": "\uf53a\ue000",
    "emoji": "🚀🔋🎉",
    "punctuation": "!!! ... --- ???",
    "combining": "a" + "\u0301" * 5000,
    "decomposed_hangul": "배터리",
    "jamo_only": "ㅋㅋㅋㅋ",
    "long_word": "x" * 100_000,
    "long_line": "battery " * 20_000,
    "too_long": "가" * 200_001,
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{7*7}} ${7*7} {% raw %} %(name)s %s",
    "sql": "'; DROP TABLE program; --",
    "formula": "=1+1",
    "path": "../../etc/passwd",
    "number_text": "9223372036854775808",
    "nan_text": "NaN",
    "percent": "%00%ff%%",
    "newlines": "line\r\nSet-Cookie: a=b\r\n\r\nbody",
    "other_scripts": "日本語 العربية עברית ไทย",
    "unknown_word": "no-such-sector",
}

_RAW: Mapping[str, bytes] = {
    "null": b"null",
    "true": b"true",
    "zero": b"0",
    "negative": b"-1",
    "minus_zero": b"-0.0",
    "half": b"0.5",
    "nan": b"NaN",
    "infinity": b"Infinity",
    "minus_infinity": b"-Infinity",
    "overflow": b"1e400",
    "two_to_63": b"9223372036854775808",
    "below_minus_two_to_63": b"-9223372036854775809",
    "two_to_64": b"18446744073709551616",
    "many_digits": b"9" * 5000,
    "list": b"[]",
    "list_of_null": b"[null]",
    "list_of_unknown": b'["no-such-word"]',
    "list_of_lists": b"[[],[[]]]",
    "long_list": b"[" + b"1," * 5000 + b"1]",
    "object": b"{}",
    "object_of_nul": b'{"\\u0000":1}',
    "nested": b"[" * 100 + b"]" * 100,
    "surrogate": b'"\\ud800"',
    "surrogate_inside": b'"a\\udc00b"',
    "surrogate_raw": b'"\xed\xa0\x80"',
    "surrogate_list": b'["\\ud800"]',
    "bad_utf8": b'"\xff\xfe"',
    "korean_windows": b'"' + "배터리".encode("cp949") + b'"',
    "overlong_utf8": b'"\xc0\x80"',
    "raw_nul": b'"a\x00b"',
}

FRAGMENTS: Mapping[str, bytes] = {name: json.dumps(text).encode() for name, text in _TEXTS.items()} | dict(
    _RAW
)
"""JSON fragments by name."""

TEXTS: Mapping[str, str] = _TEXTS
"""The texts among them, as they are."""

BROKEN_BODIES: Mapping[str, bytes] = {
    "nothing": b"",
    "cut_off": b'{"text": "a',
    "not_json": b"text=battery",
    "null": b"null",
    "list": b'[{"text": "battery"}]',
    "string": b'"battery"',
    "deep_list": b"[" * 100_000,
    "deep_object": b'{"a":' * 100_000,
    "nested_300": b'{"text": ' + b"[" * 300 + b"]" * 300 + b"}",
    "trailing": b'{"text": "battery"} {"text": "battery"}',
    "utf_16": '{"text": "battery"}'.encode("utf-16"),
    "utf_32": '{"text": "battery"}'.encode("utf-32"),
    "nul": bytes(1000),
    "binary": bytes(range(256)),
    "single_quotes": b"{'text': 'battery'}",
    "comment": b'{"text": "battery" /* a */}',
    "escape": b'{"text": "\\x41"}',
}
"""Bodies that are not one JSON object."""
