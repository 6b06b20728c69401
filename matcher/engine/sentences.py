"""Split a text into sentences, in any of the languages, without a model.

Lines end sentences, for plans are full of bullets; inside a line a full stop does, unless it belongs
to a number, a date or a known abbreviation.
"""

import re

_BULLET = re.compile(r"^[\s\-–—•·▪■□◆◇○●▶※*]+(?=\S)")
_END = re.compile(r"(?<=[.!?。！？])[\"'“”’»)\]]*\s+(?=\S)")
_ABBREVIATION = re.compile(
    r"(?<![^\s(])(?:[A-Za-zÀ-ÿ]|e\.g|i\.e|z\.B|u\.a|d\.h|p\.ej|ej|bzw|ca|vs|cf|etc|approx|Inc|Ltd|Corp|Co|Dr|Prof|Mr|Ms"
    r"|Mrs|St|No|Nr|Art|Abs|Sr|Sra|núm|aprox|Mio|Mrd|Std|inkl|ggf|U\.S|EE\.UU)\.$"
)
_LOOK_BACK = 15
"""More characters than an abbreviation or a date has; looking further costs quadratic time."""
_NUMBERING = re.compile(r"(?:\d{1,2}\.)+")
_DAY = re.compile(r"(?<!\S)\d{1,2}\.$")
_MONTH = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d\.$")
_KOREAN_MONTH = re.compile(r"\d{1,2}\.")
_KOREAN_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d\.(?:\s?\d{1,2}\.){1,2}$")


def split_sentences(text: str) -> tuple[str, ...]:
    """Split cleaned text into sentences, in order, without bullets and empty ones.

    Every letter and digit of the text stays in exactly one sentence.
    """
    found: list[str] = []
    for line in text.split("\n"):
        found.extend(_split_line(_BULLET.sub("", line).strip()))
    return tuple(sentence for sentence in found if any(character.isalnum() for character in sentence))


def _split_line(line: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(line):
        if _goes_on(line, start, match):
            continue
        sentences.append(line[start : match.end()].strip())
        start = match.end()
    sentences.append(line[start:].strip())
    return sentences


def _goes_on(line: str, start: int, match: re.Match[str]) -> bool:
    """Say whether the full stop before this space belongs to an abbreviation, a numbering or a date."""
    stop, after = match.start(), match.end()
    near = max(start, stop - _LOOK_BACK)
    return bool(
        _ABBREVIATION.search(line, near, stop)
        or _NUMBERING.fullmatch(line, 0, stop)
        or (_DAY.search(line, near, stop) and _MONTH.match(line, after))
        or (_YEAR.search(line, near, stop) and _KOREAN_MONTH.match(line, after))
        or _KOREAN_DATE.search(line, near, stop)
    )
