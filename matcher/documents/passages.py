"""Cut the lines of a document into the passages proposals are made from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matcher.documents.labels import FACTS, OTHERS, Labelled, numbered_depth, read_heading, read_label
from matcher.documents.lines import Line, Place
from matcher.engine.sentences import split_sentences

_SENTENCE_END = re.compile(r"[.!?。:：]$|[다요음함]\.?$")
_BULLET = re.compile(r"[\-–—•·▪■□◆◇○●▶※*]")
_COLON = re.compile(r"[^:：]{1,40}[:：]\s")
_SHORTEST_WRAPPED = 20


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the text, verbatim, with the line ends of the document.

    Attributes:
        text: as it stands in the document.
        place: where it starts.
        labelled: label and value, when it starts with a label.
    """

    text: str
    place: Place
    labelled: Labelled | None = None

    @property
    def flat(self) -> str:
        """The text in one line, as long as `text`."""
        return self.text.replace("\n", " ")

    def sentences(self) -> Iterator[str]:
        """Give its sentences, verbatim."""
        flat, at = self.flat, 0
        for sentence in split_sentences(flat):
            start = flat.find(sentence, at)
            at = start + len(sentence)
            yield self.text[start:at]


@dataclass(frozen=True, slots=True)
class Section:
    """A part under one heading, named as in `labels.SECTIONS`, and its passages."""

    field: str
    passages: tuple[Passage, ...]

    @property
    def about_others(self) -> bool:
        """Whether it speaks of competitors, customers or partners."""
        return self.field == OTHERS


def split_sections(lines: Sequence[Line]) -> list[Section]:
    """Cut a document at its headings; what stands under no known heading may hold facts."""
    sections: list[Section] = []
    field = FACTS
    depth = 1
    current: list[Line] = []
    for line in lines:
        labelled = read_label(line.text)
        behind = labelled is not None and bool(labelled.value)
        heading = None if behind else read_heading(line.text)
        number = numbered_depth(line.text)
        # A line of facts ends a text; in a part about others it is a fact about them.
        fact = labelled is not None and behind and field not in {FACTS, OTHERS} and labelled.states_fact
        if heading is None and not fact and (number is None or number > depth or field == FACTS):
            current.append(line)
            continue
        sections.append(Section(field, tuple(_passages(current))))
        # The heading itself belongs to no passage.
        current = [line] if fact else []
        field, depth = FACTS if heading is None else heading, number or 1
    sections.append(Section(field, tuple(_passages(current))))
    return sections


def _passages(lines: Sequence[Line]) -> Iterator[Passage]:
    """Join lines that were wrapped, as far as that can be told."""
    group: list[Line] = []
    for line in lines:
        if group and not _goes_on(group[-1], line):
            yield _passage(group)
            group = []
        group.append(line)
    if group:
        yield _passage(group)


def _goes_on(line: Line, after: Line) -> bool:
    return (
        line.wrapped
        and len(line.text) >= _SHORTEST_WRAPPED
        and not _SENTENCE_END.search(line.text)
        and not _BULLET.match(after.text)
        and not _COLON.match(after.text)
        and numbered_depth(after.text) is None
    )


def _passage(group: Sequence[Line]) -> Passage:
    text = "\n".join(line.text for line in group)
    return Passage(text, group[0].place, read_label(text.replace("\n", " ")))
