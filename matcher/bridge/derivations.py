"""Words the lexicon holds in another form: inflections the lemmatiser misses, and regular derivations.

simplemma knows word forms by list; participles, feminine adjectives and verbal nouns of rarer words are
not in it. Each rule here takes a word to forms it may come from; a form counts only if the lexicon has it.
"""

import re
from collections.abc import Iterator

from models.vocabulary import Language

_SHORTEST = 3
"""In letters; a shorter stem would be found by accident."""

_GERMAN = (
    # Weak and mixed endings: thermischen, Verfahrens.
    (re.compile(r"(.+?)(?:en|er|em|es|e|n|s)"), ("{0}", "{0}e", "{0}en")),
    # Participles: gelöst, eingesetzt, verblindet.
    (
        re.compile(
            r"(ab|an|auf|aus|bei|durch|ein|fest|her|mit|nach|um|vor|weiter|zu|zurück|zusammen)?ge(.+?)e?t(?:e[nrsm]?)?"
        ),
        ("{0}{1}en",),
    ),
    (re.compile(r"((?:be|ent|er|ver|zer).+?)e?t(?:e[nrsm]?)?"), ("{0}en", "{0}n")),
    (re.compile(r"(.+ier)t(?:e[nrsm]?)?"), ("{0}en",)),
    (re.compile(r"(.+)end(?:e[nrsm]?)?"), ("{0}en", "{0}n")),
    # Verbal nouns and their verbs: Messung, messen.
    (re.compile(r"(.+)ung(?:en)?"), ("{0}en", "{0}n")),
    (re.compile(r"(.+?)e?n"), ("{0}ung",)),
    # Qualities: Haltbarkeit, haltbar.
    (re.compile(r"(.+)(?:heit|keit)(?:en)?"), ("{0}",)),
)
_SPANISH = (
    (re.compile(r"(.+)(?:as?|os|es)"), ("{0}o", "{0}e", "{0}")),
    (re.compile(r"(.+)iones"), ("{0}ión",)),
    (re.compile(r"(.+)ces"), ("{0}z",)),
    (re.compile(r"(.+)ad[oa]s?"), ("{0}ar",)),
    (re.compile(r"(.+)id[oa]s?"), ("{0}er", "{0}ir")),
    (re.compile(r"(.+)ando"), ("{0}ar",)),
    (re.compile(r"(.+)iendo"), ("{0}er", "{0}ir")),
    (re.compile(r"(.+[aei]r)(?:l[oae]s?|se|nos)"), ("{0}",)),
    (re.compile(r"(.+)ación"), ("{0}ar",)),
    (re.compile(r"(.+)ar"), ("{0}ación", "{0}o")),
    (re.compile(r"(.+?)amente"), ("{0}o",)),
    (re.compile(r"(.+)mente"), ("{0}",)),
    (re.compile(r"(.+)or[ae]?s?"), ("{0}ar", "{0}er")),
)
_RULES = {Language.DE: _GERMAN, Language.ES: _SPANISH}

_PREFIXES = {
    "anti": "anti", "auto": "self", "bio": "bio", "ciber": "cyber", "cyber": "cyber", "crio": "cryo",
    "kryo": "cryo", "electro": "electro", "elektro": "electro", "foto": "photo", "photo": "photo",
    "geo": "geo", "hidro": "hydro", "hydro": "hydro", "hiper": "hyper", "hyper": "hyper", "inter": "inter",
    "micro": "micro", "mikro": "micro", "mini": "mini", "mono": "mono", "multi": "multi", "nano": "nano",
    "neuro": "neuro", "piezo": "piezo", "semi": "semi",
    "super": "super", "tele": "tele", "termo": "thermo", "thermo": "thermo", "ultra": "ultra",
}  # fmt: skip
"""Prefixes of technical words, with their English form."""


def source_forms(word: str, language: Language) -> Iterator[str]:
    """Give forms a word may come from, the likeliest first.

    Args:
        word: in lower case.
        language: German or Spanish; others have no rules.
    """
    for pattern, forms in _RULES.get(language, ()):
        match = pattern.fullmatch(word)
        if match is not None:
            found = [group or "" for group in match.groups()]
            yield from (form for form in (shape.format(*found) for shape in forms) if len(form) > _SHORTEST)


def split_prefix(word: str) -> tuple[str, str] | None:
    """Split a technical prefix off a word: its English form, and the rest; None when there is none."""
    for length in range(min(7, len(word) - _SHORTEST), 1, -1):
        if word[:length] in _PREFIXES and len(word) - length > _SHORTEST:
            return _PREFIXES[word[:length]], word[length:].lstrip("-")
    return None
