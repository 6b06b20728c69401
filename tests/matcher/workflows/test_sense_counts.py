"""Counts of meanings: a homograph worked by hand, and the format the bridge reads."""

from pathlib import Path

import pytest

from matcher.bridge.lexicon import SENSE_COUNTS_FILE, sense_counts
from matcher.bridge.vocabulary import load_concepts, load_vocabulary
from matcher.errors import RecordError
from matcher.workflows.parallel_texts import Line, read_parallel
from matcher.workflows.sense_counts import count_senses, write_counts
from models.vocabulary import Language

APPLE: Line = ("She ate an apple.", "그녀는 사과를 먹었다.", "Sie aß einen Apfel.", "Comió una manzana.")
APOLOGY: Line = (
    "He owes you an apology.",
    "그는 너에게 사과를 해야 한다.",
    "Er schuldet dir eine Entschuldigung.",
    "Te debe una disculpa.",
)
NEITHER: Line = ("Two were red.", "두 사과가 빨갰다.", "Zwei waren rot.", "Dos eran rojas.")
BOTH: Line = (
    "An apple, an apology or a formal apology.",
    "사과.",
    "Ein Apfel oder eine Entschuldigung.",
    "Manzana o disculpa.",
)


def counted(*lines: Line) -> dict[str, int]:
    """Count the meanings of 사과 only."""
    found = count_senses(lines)
    return {name: count for (code, phrase, name), count in found.items() if (code, phrase) == ("ko", "사과")}


def test_the_homograph_has_these_meanings() -> None:
    senses = load_vocabulary(Language.KO).words.senses("사과")

    assert {load_concepts().names[sense.concept] for sense in senses} == {
        "apple",
        "apology",
        "formal apology",
    }


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        ([APPLE], {"apple": 1}),
        ([APOLOGY], {"apology": 1}),
        ([APPLE, APOLOGY, APPLE], {"apple": 2, "apology": 1}),
        # Where no meaning stands in the translation, or every one, it tells nothing.
        ([NEITHER], {}),
        ([BOTH], {}),
        ([], {}),
    ],
)
def test_the_translation_tells_the_meaning(lines: list[Line], counts: dict[str, int]) -> None:
    assert counted(*lines) == counts


def test_a_variant_tells_every_concept_it_belongs_to() -> None:
    """Both "apology" and "formal apology" have the variant "apologize"; inflection does not matter."""
    line = ("He apologized.", "그는 사과를 했다.", "Er hat sich entschuldigt.", "Pidió perdón.")

    assert counted(line) == {"apology": 1, "formal apology": 1}


def test_only_words_with_several_meanings_are_counted() -> None:
    found = count_senses([APPLE, APOLOGY])
    vocabularies = {language.value: load_vocabulary(language) for language in Language}

    assert found
    for code, phrase, name in found:
        tokenised = vocabularies[code].words.tokenised
        senses = tokenised.senses(tokenised.phrases.index(phrase))
        assert code != Language.EN.value
        assert len(senses) > 1
        assert name in {load_concepts().names[sense.concept].casefold() for sense in senses}


def test_counts_are_written_as_lines_in_order(tmp_path: Path) -> None:
    path = tmp_path / "counts.tsv"

    write_counts({("ko", "사과", "apple"): 2, ("de", "schloss ", "lock"): 1}, path)

    assert path.read_text("utf-8") == "de\tschloss \tlock\t1\nko\t사과\tapple\t2\n"


def test_what_the_bridge_reads_is_written_back_the_same(tmp_path: Path) -> None:
    counts = {
        (language.value, phrase, name): count
        for language in Language
        for (phrase, name), count in sense_counts(language).items()
    }

    write_counts(counts, tmp_path / "counts.tsv")

    assert counts["ko", "사과", "apple"] > 0
    assert (tmp_path / "counts.tsv").read_bytes() == SENSE_COUNTS_FILE.read_bytes()


def test_a_bad_line_is_refused_before_anything_is_counted(tmp_path: Path) -> None:
    (tmp_path / "bad.tsv").write_text(
        "\t".join(APPLE) + "\n" + "\t".join(APOLOGY[:2]) + "\n", encoding="utf-8"
    )

    with pytest.raises(RecordError, match=r"bad\.tsv, line 2"):
        count_senses(read_parallel(tmp_path, ("bad",)))
