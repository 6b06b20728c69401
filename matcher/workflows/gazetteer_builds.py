"""Make the gazetteer files that come from CLDR: territories, cities, currencies and languages.

CLDR is read through Babel, so these files follow the pinned Babel. What CLDR leaves out, or calls by a name
no text uses or that is an everyday word as well, stands in a list of amendments. A name that stands in a
file written by hand is not given a second time.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from babel import Locale
from babel.numbers import get_currency_name, get_territory_currencies

from matcher.bridge.lexicon import COLUMNS
from models.vocabulary import Language

AMENDMENTS_FILE = "sources/amendments.tsv"
"""In the gazetteer's folder, one level down: its lines are not lines of the gazetteer."""

Cells = tuple[tuple[str, ...], ...]
"""The variants of one name in the languages of `COLUMNS`, the most usual first."""
Amendments = Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]]
"""By kind and CLDR code: the variants in a language, or nothing at all when the name is left out."""

_CLDR_NAME = "*"
"""Among the variants of an amendment: what CLDR says."""
_LEFT_OUT = "-"
"""In place of the language of an amendment: no name for this code."""
_MONEY_OF = date(2025, 1, 1)
"""The day whose legal tender counts, so that a file does not change by itself."""
_NO_COUNTRIES = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ"
"""Two-letter codes CLDR names that are no countries of ISO 3166, nor Kosovo."""
_NO_CITIES = ("Antarctica/", "Arctic/", "Atlantic/", "Etc/", "Indian/", "Pacific/")
"""Time zones that are named after stations and islands more often than after cities."""
_LANGUAGES = """
af am ar az be bg bn bs ca cs cy da de el en es et eu fa fi fil fr ga gl gu he hi hr hu hy id is it ja jv ka
kk km kn ko ku ky lb lo lt lv mk ml mn mr ms mt my ne nl no pa pl ps pt ro ru si sk sl so sq sr sv sw ta te tg
th tk tr ug uk ur uz vi xh yo yue zh zu
"""
"""Languages that customers, documents and voices are said to speak."""
_NOT_IN_NAMES = frozenset("(),;/")
"""CLDR tells names apart with these; a text does not."""
_SHORTEST_KOREAN = 2
"""A single syllable is a part of too many words to be read as a name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of names CLDR holds; `codes` lists them and `name` says one of them in a language."""

    word: str
    file: str
    area: str
    codes: Callable[[], Iterable[str]]
    name: Callable[[str, Language], str | None]


def write_gazetteer(folder: Path) -> None:
    """Write the files of all kinds into the gazetteer's folder, which holds the files written by hand."""
    amendments = read_amendments((folder / AMENDMENTS_FILE).read_text("utf-8"))
    made = {kind.file for kind in KINDS}
    by_hand = [
        line for path in sorted(folder.glob("*.tsv")) if path.name not in made for line in _read_lines(path)
    ]
    for name, text in make_files(amendments, by_hand).items():
        (folder / name).write_text(text, "utf-8", newline="\n")


def make_files(amendments: Amendments, by_hand: Iterable[Cells]) -> dict[str, str]:
    """Make the text of every file, by its name.

    Args:
        amendments: what differs from CLDR.
        by_hand: the names of the other files, which are not repeated.

    Raises:
        ValueError: an amendment is for no code.
    """
    taken = {_fold(word) + language.value for line in by_hand for language, word in _words(line)}
    unused = set(amendments)
    files = {}
    for kind in KINDS:
        text = ""
        for code in kind.codes():
            unused.discard((kind.word, code))
            line = _line(kind, code, amendments.get((kind.word, code)), taken)
            if line is not None:
                taken |= {_fold(word) + language.value for language, word in _words(line)}
                text += "\t".join(["|".join(cell) for cell in line] + [kind.area]) + "\n"
        files[kind.file] = text
    if unused:
        raise ValueError(f"CLDR has nothing to amend for {sorted(unused)}")
    return files


def read_amendments(text: str) -> Amendments:
    """Read amendments, one per line: kind, code, language and variants, or `-` and why it is left out."""
    amendments: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for line in text.splitlines():
        word, code, language, cell = line.split("\t")
        own = amendments.setdefault((word, code), {})
        if language != _LEFT_OUT:
            own[Language(language).value] = tuple(cell.split("|"))
    return amendments


def _line(
    kind: Kind, code: str, amended: Mapping[str, tuple[str, ...]] | None, taken: set[str]
) -> Cells | None:
    """Name a code in all languages.

    None when it is left out, when its English name is taken, and when a language has no name for it or only
    names that are taken.
    """
    if amended == {}:
        return None
    named = [_variants(kind, code, language, amended or {}) for language in COLUMNS]
    if not all(named) or _fold(named[0][0]) + Language.EN.value in taken:
        return None
    cells = tuple(
        tuple(word for word in cell if _fold(word) + language.value not in taken)
        for language, cell in zip(COLUMNS, named, strict=True)
    )
    return cells if all(cells) else None


def _variants(
    kind: Kind, code: str, language: Language, amended: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in amended.get(language.value, (_CLDR_NAME,)):
        name = _from_cldr(kind, code, language) if word == _CLDR_NAME else word
        if name is not None:
            # Texts have the typographic apostrophe as often as the other.
            found |= {name: None, name.replace("’", "'"): None}
    return tuple(found)


def _from_cldr(kind: Kind, code: str, language: Language) -> str | None:
    name = (kind.name(code, language) or "").replace("\u00ad", "")
    if language is Language.EN:
        name = name.replace(" & ", " and ")
    if language is Language.KO and len(name) < _SHORTEST_KOREAN:
        return None
    return name if name and _NOT_IN_NAMES.isdisjoint(name) else None


def _words(line: Cells) -> Iterable[tuple[Language, str]]:
    return ((language, word) for language, cell in zip(COLUMNS, line, strict=True) for word in cell)


def _fold(word: str) -> str:
    """Write a name as it is compared with others: its letters and digits."""
    return "".join(character for character in word.casefold() if character.isalnum())


def _read_lines(path: Path) -> Iterable[Cells]:
    for line in path.read_text("utf-8").splitlines():
        yield tuple(tuple(cell.split("|")) for cell in line.split("\t")[: len(COLUMNS)])


@cache
def _locale(language: Language) -> Locale:
    return Locale(language.value)


def _territories() -> list[str]:
    codes = {str(code) for code in _locale(Language.EN).territories} - set(_NO_COUNTRIES.split())
    return sorted(code for code in codes if len(code) == len("KR") and code.isalpha())


def _territory_name(code: str, language: Language) -> str | None:
    return _locale(language).territories.get(code)


def _zones() -> list[str]:
    # Only Korean names every zone: to the others the last part of its id may be name enough.
    zones = (str(zone) for zone in _locale(Language.KO).time_zones)
    return sorted(zone for zone in zones if not zone.startswith(_NO_CITIES))


def _city_name(zone: str, language: Language) -> str | None:
    name = _locale(language).time_zones.get(zone, {}).get("city")
    if name is None and language is not Language.KO:
        return zone.rpartition("/")[2].replace("_", " ")
    return None if name is None else str(name)


def _currencies() -> list[str]:
    return sorted(
        {code for place in _territories() for code in get_territory_currencies(place, _MONEY_OF, _MONEY_OF)}
    )


def _currency_name(code: str, language: Language) -> str | None:
    name = get_currency_name(code, 1, _locale(language))
    return None if name == code else name


def _language_name(code: str, language: Language) -> str | None:
    return _locale(language).languages.get(code)


KINDS = (
    Kind("territory", "territories.tsv", "country", _territories, _territory_name),
    Kind("city", "zone_cities.tsv", "city", _zones, _city_name),
    Kind("currency", "currencies.tsv", "currency", _currencies, _currency_name),
    Kind("language", "languages.tsv", "language", _LANGUAGES.split, _language_name),
)
"""In this order: of two codes with the same English name, the first has the line."""
