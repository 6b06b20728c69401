"""Stored analyses: read once, found by what a text says, read anew by another encoder, dropped when stale."""

import numpy as np
import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from matcher.engine.analysis import SourceText, TextAnalysis, content_hash
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.embeddings import drop_stale, read_texts, store_texts, stored_analyses
from matcher.workflows.seeding import embed
from models.database import read_session, write_session
from models.tables import Program, TextEmbedding
from models.vocabulary import Language
from tests.matcher.workflows.builders import OtherAnalyst

BATTERY = SourceText("We recycle batteries. They last longer.", Language.EN)
DRUG = SourceText("신약을 개발합니다.", Language.KO)


def keys(engine: Engine) -> list[tuple[str, str]]:
    """List what is stored: encoder and content."""
    with read_session(engine) as session:
        return [
            (encoder, digest)
            for encoder, digest in session.exec(
                select(TextEmbedding.encoder, TextEmbedding.content_hash).order_by(
                    col(TextEmbedding.content_hash)
                )
            )
        ]


def same(left: TextAnalysis, right: TextAnalysis) -> bool:
    """Compare two analyses bit by bit."""
    return (
        (left.language, left.sentences, left.terms, left.spans)
        == (right.language, right.sentences, right.terms, right.spans)
        and np.array_equal(left.whole, right.whole)
        and np.array_equal(left.sentence_vectors, right.sentence_vectors)
    )


@pytest.fixture
def other_analyst(settings: Settings) -> OtherAnalyst:
    """Give an analyst with another encoder fingerprint."""
    return OtherAnalyst(settings)


def test_store_texts_reads_what_is_not_stored_yet(bare: Engine, hashing_analyst: LocalAnalyst) -> None:
    first = store_texts(bare, hashing_analyst, [BATTERY])
    second = store_texts(bare, hashing_analyst, [BATTERY, DRUG])
    third = store_texts(bare, hashing_analyst, [BATTERY, DRUG])

    assert (first, second, third) == (1, 1, 0)
    assert len(keys(bare)) == 2


def test_a_stored_analysis_is_the_one_that_was_read(bare: Engine, hashing_analyst: LocalAnalyst) -> None:
    fresh = hashing_analyst.read([BATTERY, DRUG])
    store_texts(bare, hashing_analyst, [BATTERY, DRUG])

    with read_session(bare) as session:
        stored = read_texts(session, hashing_analyst, [BATTERY, DRUG])

    assert [same(left, right) for left, right in zip(fresh, stored, strict=True)] == [True, True]
    assert [len(spans) > 0 for text in stored for spans in text.spans] == [True, True, True]
    assert [text.concepts for text in stored] == [text.concepts for text in fresh]
    assert stored[0].whole.dtype == np.float32
    assert stored[0].sentence_vectors.shape == (2, hashing_analyst.encoder.dimension)


def test_many_texts_are_stored_in_batches_and_found_again(
    bare: Engine, hashing_analyst: LocalAnalyst
) -> None:
    sources = [SourceText(f"Battery number {number}", Language.EN) for number in range(40)]
    steps: list[tuple[int, int]] = []

    store_texts(bare, hashing_analyst, sources, lambda done, total: steps.append((done, total)))

    with read_session(bare) as session:
        found = stored_analyses(session, hashing_analyst, sources)
    assert steps == [(0, 40), (16, 40), (32, 40), (40, 40)]
    assert set(found) == {content_hash(source) for source in sources}


def test_more_texts_than_one_query_takes_are_all_found(bare: Engine, hashing_analyst: LocalAnalyst) -> None:
    missing = [SourceText(f"text {number}", Language.EN) for number in range(700)]
    store_texts(bare, hashing_analyst, [BATTERY, DRUG])

    with read_session(bare) as session:
        found = stored_analyses(session, hashing_analyst, [*missing, BATTERY, DRUG])

    assert set(found) == {content_hash(BATTERY), content_hash(DRUG)}


def test_read_texts_does_not_store_what_it_reads(bare: Engine, hashing_analyst: LocalAnalyst) -> None:
    with read_session(bare) as session:
        (read,) = read_texts(session, hashing_analyst, [BATTERY])

    assert read.sentences == ("We recycle batteries.", "They last longer.")
    assert keys(bare) == []


def test_the_same_text_under_two_rows_shares_one_vector(tiny: Engine, hashing_analyst: LocalAnalyst) -> None:
    with write_session(tiny) as session:
        alpha, beta = session.get_one(Program, "alpha"), session.get_one(Program, "beta")
        beta.name_en, beta.text = alpha.name_en, alpha.text

    read = embed(tiny, hashing_analyst)

    # One program text instead of two, and three profile texts.
    assert (read, len(keys(tiny))) == (4, 4)


def test_the_same_words_in_another_language_are_another_text(
    bare: Engine, hashing_analyst: LocalAnalyst
) -> None:
    texts = [SourceText("Robot", language) for language in (Language.EN, Language.DE, None)]

    read = store_texts(bare, hashing_analyst, texts)

    assert read == 3


def test_another_text_is_read_anew_and_the_old_one_dropped(
    tiny: Engine, hashing_analyst: LocalAnalyst
) -> None:
    embed(tiny, hashing_analyst)
    before = keys(tiny)
    with write_session(tiny) as session:
        session.get_one(Program, "alpha").text = "A new text."

    read = embed(tiny, hashing_analyst)

    after = keys(tiny)
    assert read == 1
    assert (len(set(before) - set(after)), len(set(after) - set(before))) == (1, 1)


def test_another_fingerprint_reads_everything_anew(
    tiny: Engine, hashing_analyst: LocalAnalyst, other_analyst: OtherAnalyst
) -> None:
    embed(tiny, hashing_analyst)

    read = embed(tiny, other_analyst)

    assert read == 5
    assert {encoder for encoder, _ in keys(tiny)} == {other_analyst.fingerprint}


def test_analyses_of_another_encoder_are_never_given(
    bare: Engine, hashing_analyst: LocalAnalyst, other_analyst: OtherAnalyst
) -> None:
    store_texts(bare, hashing_analyst, [BATTERY])

    with read_session(bare) as session:
        found = stored_analyses(session, other_analyst, [BATTERY])

    assert found == {}


def test_drop_stale_gives_the_number_of_rows_it_deleted(
    bare: Engine, hashing_analyst: LocalAnalyst, other_analyst: OtherAnalyst
) -> None:
    store_texts(bare, hashing_analyst, [BATTERY, DRUG])
    store_texts(bare, other_analyst, [BATTERY])

    with write_session(bare) as session:
        dropped = drop_stale(session, hashing_analyst, [BATTERY])
    with write_session(bare) as session:
        again = drop_stale(session, hashing_analyst, [BATTERY])

    assert (dropped, again) == (2, 0)
    assert keys(bare) == [(hashing_analyst.fingerprint, content_hash(BATTERY))]
