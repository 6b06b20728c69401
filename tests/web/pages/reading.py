"""Read a page the way a test needs it: elements by tag and class, and their visible text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "br", "img", "hr"})


@dataclass
class Element:
    """An element with its attributes, children and texts in order."""

    tag: str
    attributes: dict[str, str]
    parts: list["Element | str"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, with single spaces."""
        pieces = (part if isinstance(part, str) else part.text for part in self.parts)
        return " ".join(" ".join(pieces).split())

    @property
    def written(self) -> str:
        """All text inside exactly as it is written: words that are marked in part stay whole."""
        return "".join(part if isinstance(part, str) else part.written for part in self.parts)

    def find_all(self, tag: str, **wanted: str) -> list["Element"]:
        """Find elements inside by tag; `cls` names one of the classes, others are attributes."""
        found: list[Element] = []
        for part in self.parts:
            if isinstance(part, Element):
                if part.tag == tag and part.has(wanted):
                    found.append(part)
                found.extend(part.find_all(tag, **wanted))
        return found

    def find(self, tag: str, **wanted: str) -> "Element":
        """Find the only such element."""
        (element,) = self.find_all(tag, **wanted)
        return element

    def has(self, wanted: dict[str, str]) -> bool:
        """Whether the element has these attributes."""
        return all(
            value in self.attributes.get("class", "").split()
            if name == "cls"
            else self.attributes.get(name) == value
            for name, value in wanted.items()
        )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            last = self.open.pop()
            assert last.tag == tag, f"<{last.tag}> is closed by </{tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read_page(html: str) -> Element:
    """Read a page; an element that is not closed in order is an error."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    (root,) = reader.open
    return root
