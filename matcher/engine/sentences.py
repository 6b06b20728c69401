"""Split a text into sentences, in any of the languages, without a model.

Lines end sentences, for plans are full of bullets; inside a line a full stop does, unless it belongs
to a number or to a known abbreviation.
"""

import re

_BULLET = re.compile(r"^[\s\-–—•·▪■□◆◇○●▶※*]+(?=\S)")
_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+(?=\S)")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-zÀ-ÿ]|e\.g|i\.e|z\.B|u\.a|d\.h|p\.ej|bzw|ca|vs|cf|etc|approx|Inc|Ltd|Corp|Co|Dr|Prof|Mr|Ms"
    r"|Mrs|St|No|Nr|Art|Abs|Sr|Sra|núm|aprox|Mio|Mrd|Std|inkl|ggf|U\.S|EE\.UU)\.$"
)


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
        if _ABBREVIATION.search(line[start : match.start()]):
            continue
        sentences.append(line[start : match.end()].strip())
        start = match.end()
    sentences.append(line[start:].strip())
    return sentences
