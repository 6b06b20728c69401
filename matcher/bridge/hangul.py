"""Write Hangul in Latin letters.

The letters follow the Revised Romanization of Korean (Ministry of Culture, notice 2000-8) without its sound
changes. What is written here is foreign more often than not, a company or a place, so ㅡ, the vowel Korean
puts between foreign consonants, is left out inside a word: 프라운호퍼 becomes "praunhopeo".
"""

_FIRST, _LAST = "가", "힣"
_MEDIALS, _FINALS = 21, 28
# In the order of their code points; each list is clearer as one line than as quoted syllables.
_INITIAL = "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" ")  # noqa: SIM905
_MEDIAL = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(" ")  # noqa: SIM905
_FINAL = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")  # noqa: SIM905
_FILLER = "eu"


def in_latin_letters(word: str) -> str:
    """Write a word in Latin letters, each syllable by itself; other characters stand unchanged."""
    written = ""
    for place, syllable in enumerate(word):
        if not _FIRST <= syllable <= _LAST:
            written += syllable
            continue
        rest, final = divmod(ord(syllable) - ord(_FIRST), _FINALS)
        initial, medial = divmod(rest, _MEDIALS)
        silent = _MEDIAL[medial] == _FILLER and not final and len(word) > 1 and _INITIAL[initial]
        written += _INITIAL[initial] + ("" if silent else _MEDIAL[medial]) + _FINAL[final]
        if _INITIAL[initial] == "r" and place and written.endswith("r" + _MEDIAL[medial] + _FINAL[final]):
            written = _double(written, len(_MEDIAL[medial] + _FINAL[final]))
    return written


def _double(written: str, after: int) -> str:
    """Write ㄹ as one l where it follows another (ㄹㄹ is a foreign l)."""
    head, tail = written[: -after - 1], written[len(written) - after :]
    return head + tail if head.endswith("l") else written
