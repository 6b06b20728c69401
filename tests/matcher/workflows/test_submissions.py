"""A startup's profile: a draft is not a submission, a version is considered, nothing is overwritten."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from matcher.errors import (
    AccessDeniedError,
    FieldError,
    StaleEditError,
    UnknownProgramError,
    UnknownStartupError,
    UnknownThingError,
)
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.founder_previews import preview_profile
from matcher.workflows.interests import list_interests, set_interest
from matcher.workflows.program_changes import Kind
from matcher.workflows.submission_changes import compare_submissions
from matcher.workflows.submission_contents import (
    TEXT_LIMITS,
    ExportFlag,
    ProfileTexts,
    SubmissionContent,
    band_of_amount,
    content_of_startup,
    facts_of,
    missing_parts,
    needs_human_check,
    read_submission,
    stored_submission,
)
from matcher.workflows.submissions import (
    create_startup,
    read_own_profile,
    read_own_version,
    save_submission,
    submit_profile,
    take_submission,
    withdraw_profile,
)
from models.access import ANONYMOUS, Actor
from models.base import now_utc
from models.database import write_session
from models.tables import Account, AuditEntry, Profile, Startup, StartupMember, Submission
from models.vocabulary import Language, Region
from tests.matcher.workflows.profiles import WHOLE, contents


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """One write unit."""
    with write_session(engine) as session:
        yield session


@pytest.fixture
def startup(session: Session) -> str:
    """A startup nobody has written about."""
    return create_startup(session, Actor(manager=True, account_id=None), "Mirae Battery")


@pytest.fixture
def founder(session: Session, startup: str) -> Actor:
    """Its founder."""
    account = Account(email="kim@mirae.example", name="Kim")
    session.add(account)
    session.flush()
    session.add(StartupMember(account_id=account.id, startup_id=startup))
    session.flush()
    return Actor(account_id=account.id, name="Kim", startups=frozenset({startup}))


def acts(session: Session, startup: str) -> list[str]:
    """Give what was written down about a startup."""
    rows = session.exec(select(AuditEntry).where(AuditEntry.subject == startup).order_by(col(AuditEntry.id)))
    return [row.act for row in rows]


@given(contents)
def test_content_comes_back_as_it_was_stored(content: SubmissionContent) -> None:
    assert read_submission(stored_submission(content)) == content


@given(contents, contents)
def test_a_comparison_names_what_differs_and_nothing_else(
    before: SubmissionContent, after: SubmissionContent
) -> None:
    changed = {change.field.partition(".")[0] for change in compare_submissions(before, after)}

    assert compare_submissions(before, before) == ()
    for field in SubmissionContent.model_fields:
        if field == "texts":
            assert bool(changed & TEXT_LIMITS.keys()) == (before.texts != after.texts)
        elif field == "languages":
            assert ("level" in changed) == (before.languages != after.languages)
        else:
            assert (field in changed) == (getattr(before, field) != getattr(after, field))


def test_a_running_text_is_compared_word_by_word() -> None:
    after = WHOLE.model_copy(
        update={
            "texts": {
                Language.EN: WHOLE.texts[Language.EN].model_copy(update={"summary": "We recover cobalt."})
            }
        }
    )

    (change,) = compare_submissions(WHOLE, after)

    assert change.field == "summary.en"
    said = {
        kind: "".join(piece.words.say() for piece in change.pieces if piece.kind is kind) for kind in Kind
    }
    assert said[Kind.SAME].strip() == "We recover"
    assert said[Kind.ADDED] == "cobalt."


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("name", "half \ud800"),
        ("name", "nul \x00"),
        ("founded", 1899),
        ("founded", 3000),
        ("founded", True),
        ("trl", 0),
        ("trl", 10),
        ("trl", "6"),
        ("employees", -1),
        ("raised_usd", float("nan")),
        ("raised_usd", -1),
        ("country", "XX"),
        ("country", "South Korea"),
        ("stage", "unicorn"),
        ("needs", ["money"]),
        ("export_flags", ["none", "state-funded"]),
        ("languages", {"ko": "good"}),
        ("languages", {"xx": "A1"}),
        ("texts", {"fr": {"summary": "Bonjour"}}),
        ("texts", {"en": {"summary": "x" * 501}}),
        ("texts", {"en": {"one_liner": "가" * 141}}),
        ("texts", {"en": {"summary": "---"}}),
        ("texts", {"en": {"other": "x"}}),
        ("unknown", 1),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(field: str, value: object) -> None:
    with pytest.raises(FieldError) as refused:
        read_submission(stored_submission(WHOLE) | {field: value})

    assert refused.value.field.split(".")[0] == field


def test_limits_count_characters_and_not_bytes() -> None:
    full = {"name": "x", "texts": {"ko": {"one_liner": "가" * 140, "team": "🔋" + "나" * 1999}}}

    assert len(read_submission(full).texts[Language.KO].team) == 2000


def test_the_korean_text_is_ranked_before_others_and_fields_stand_one_after_another() -> None:
    content = read_submission(
        {"name": "x", "texts": {"en": {"summary": "English."}, "ko": {"team": "팀", "one_liner": "한 줄"}}}
    )

    assert content.ranked_language is Language.KO
    assert content.ranked_text == "한 줄\n\n팀"


def test_the_narrowest_region_of_a_city_is_wished_for() -> None:
    content = WHOLE.model_copy(update={"target_regions": [Region.CA, Region.DE]})

    facts = facts_of(content, {"dortmund": ("de", "eu")})

    assert facts.target_regions == ("de", "ca")
    assert facts.founded is None
    assert facts.languages is None


@pytest.mark.parametrize(
    ("amount", "band"),
    [(0, "none"), (1, "under-100k"), (1e5, "100k-1m"), (999_999.99, "100k-1m"), (2e7, "over-20m")],
)
def test_an_amount_lies_in_one_band(amount: float, band: str) -> None:
    assert band_of_amount(amount) == band


def test_any_declaration_but_none_asks_for_a_human() -> None:
    assert needs_human_check([ExportFlag.UNKNOWN])
    assert not needs_human_check([ExportFlag.NONE])
    assert not needs_human_check(None)


def test_texts_from_before_the_form_are_laid_into_it_whole(session: Session) -> None:
    startup = session.exec(select(Startup).where(col(Startup.invented))).first()
    assert startup is not None
    long = " ".join(f"word{number}" for number in range(700))

    content = content_of_startup(startup, {Language.EN: long, Language.KO: "짧은 글"})

    assert content.texts[Language.KO].solution == "짧은 글"
    english = content.texts[Language.EN]
    assert f"{english.solution} {english.market_entry} {english.problem}" == long
    assert content.needs == startup.needs


def test_a_saved_draft_is_no_submission(session: Session, founder: Actor, startup: str) -> None:
    saved = save_submission(session, founder, startup, WHOLE, revision=0)

    assert (saved.state, saved.revision, saved.missing) == ("draft", 1, ())
    assert session.get_one(Startup, startup).country is None
    assert session.exec(select(Profile).where(Profile.startup_id == startup)).all() == []
    assert acts(session, startup) == ["startup-added"]


def test_submitting_writes_facts_and_texts(session: Session, founder: Actor, startup: str) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)

    version = submit_profile(session, founder, startup, revision=1)

    row = session.get_one(Startup, startup)
    assert (row.country, row.stage, row.target_regions) == ("KR", "seed", ["de"])
    (text,) = session.exec(select(Profile).where(Profile.startup_id == startup)).all()
    assert (text.language, text.version, text.text) == ("en", 1, WHOLE.ranked_text)
    assert (version.number, version.state) == (1, "submitted")
    assert acts(session, startup) == ["startup-added", "profile-submitted"]
    assert read_own_profile(session, founder, startup).state == "submitted"


def test_a_second_version_leaves_the_first_as_it_was(session: Session, founder: Actor, startup: str) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)
    submit_profile(session, founder, startup, revision=1)
    both = WHOLE.model_copy(update={"texts": {**WHOLE.texts, Language.DE: ProfileTexts(summary="Nickel.")}})
    saved = save_submission(session, founder, startup, both, revision=0)
    assert saved.state == "changed"
    submit_profile(session, founder, startup, revision=1)
    save_submission(session, founder, startup, WHOLE, revision=0)
    submit_profile(session, founder, startup, revision=1)

    profile = read_own_profile(session, founder, startup)

    assert [version.number for version in profile.versions] == [3, 2, 1]
    assert read_own_version(session, founder, startup, 2).content == both
    rows = session.exec(select(Profile).where(Profile.startup_id == startup)).all()
    assert [(row.language, row.version) for row in rows] == [("en", 1)]


def test_nothing_is_submitted_while_something_is_missing(
    session: Session, founder: Actor, startup: str
) -> None:
    bare = SubmissionContent(name="Mirae")
    save_submission(session, founder, startup, bare, revision=0)

    with pytest.raises(FieldError, match=r"^one_liner\.en"):
        submit_profile(session, founder, startup, revision=1)

    assert missing_parts(bare)[-1] == "country"


def test_a_stale_save_or_submission_changes_nothing(session: Session, founder: Actor, startup: str) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)
    other = WHOLE.model_copy(update={"trl": 5})

    for revision in (0, 2):
        with pytest.raises(StaleEditError):
            save_submission(session, founder, startup, other, revision=revision)
        with pytest.raises(StaleEditError):
            submit_profile(session, founder, startup, revision=revision)

    assert read_own_profile(session, founder, startup).content == WHOLE


def test_what_is_saved_already_may_be_sent_again(session: Session, founder: Actor, startup: str) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)

    again = save_submission(session, founder, startup, WHOLE, revision=0)

    assert again.revision == 1


def test_withdrawing_ends_every_submission_and_it_can_be_submitted_again(
    session: Session, founder: Actor, startup: str
) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)
    submit_profile(session, founder, startup, revision=1)
    withdraw_profile(session, founder, startup)
    assert read_own_profile(session, founder, startup).state == "withdrawn"
    assert session.get_one(Startup, startup).withdrawn_at is not None
    with pytest.raises(StaleEditError):
        withdraw_profile(session, founder, startup)

    submit_profile(session, founder, startup, revision=0)

    assert session.get_one(Startup, startup).withdrawn_at is None
    states = session.exec(select(Submission.state).where(Submission.startup_id == startup)).all()
    assert sorted(states) == ["submitted", "withdrawn"]


def test_an_older_version_can_be_taken_while_there_is_no_draft(
    session: Session, founder: Actor, startup: str
) -> None:
    save_submission(session, founder, startup, WHOLE, revision=0)
    submit_profile(session, founder, startup, revision=1)
    other = WHOLE.model_copy(update={"trl": 5})
    save_submission(session, founder, startup, other, revision=0)
    with pytest.raises(StaleEditError):
        take_submission(session, founder, startup, 1)
    submit_profile(session, founder, startup, revision=1)

    take_submission(session, founder, startup, 1)

    assert read_own_profile(session, founder, startup).content == WHOLE
    with pytest.raises(UnknownThingError):
        take_submission(session, founder, startup, 9)


def test_only_founders_write(session: Session, founder: Actor, startup: str) -> None:
    del founder
    manager = Actor(account_id="m" * 32, manager=True)
    foreign = Actor(account_id="f" * 32, startups=frozenset({"S02"}))

    with pytest.raises(AccessDeniedError):
        read_own_profile(session, manager, startup)
    with pytest.raises(UnknownStartupError):
        save_submission(session, foreign, startup, WHOLE, revision=0)
    with pytest.raises(UnknownStartupError):
        withdraw_profile(session, ANONYMOUS, startup)
    with pytest.raises(UnknownStartupError):
        read_own_profile(session, foreign, "S01\ud800")
    with pytest.raises(AccessDeniedError):
        create_startup(session, foreign, "Another")


def test_an_unknown_city_is_refused(session: Session, founder: Actor, startup: str) -> None:
    with pytest.raises(FieldError, match=r"^target_cities"):
        save_submission(
            session, founder, startup, WHOLE.model_copy(update={"target_cities": ["atlantis"]}), revision=0
        )


def test_ids_of_new_startups_are_their_own_and_say_nothing_of_the_name(session: Session) -> None:
    manager = Actor(manager=True)

    ids = {
        create_startup(session, manager, name) for name in ("Mirae Battery", "Mirae Battery", "미래배터리")
    }

    assert len(ids) == 3
    assert all(re.fullmatch(r"s-[0-9a-f]{16}", one) for one in ids)
    with pytest.raises(FieldError, match=r"^name"):
        create_startup(session, manager, " ")


def test_interest_is_said_changed_and_forgotten(session: Session, founder: Actor, startup: str) -> None:
    set_interest(session, founder, startup, "start2grow", interested=True)
    set_interest(session, founder, startup, "start2grow", interested=True)
    set_interest(session, founder, startup, "doaccelerate", interested=False)

    said = [
        (item.program.id, item.interested, item.considered)
        for item in list_interests(session, founder, startup)
    ]
    assert said == [("start2grow", True, False), ("doaccelerate", False, False)]
    set_interest(session, founder, startup, "start2grow", interested=None)
    assert [item.program.id for item in list_interests(session, founder, startup)] == ["doaccelerate"]
    assert acts(session, startup).count("interest-changed") == 3
    with pytest.raises(UnknownProgramError):
        set_interest(session, founder, startup, "nothing", interested=True)


def test_the_preview_ranks_the_draft_and_keeps_nothing_of_it(
    session: Session, founder: Actor, startup: str, hashing_analyst: LocalAnalyst
) -> None:
    empty = preview_profile(session, founder, hashing_analyst, startup, today=now_utc().date())
    assert (empty.result, empty.language) == (None, None)
    save_submission(session, founder, startup, WHOLE, revision=0)

    found = preview_profile(session, founder, hashing_analyst, startup, today=now_utc().date())

    assert found.language is Language.EN
    assert found.result is not None
    assert found.result.matches
    assert session.exec(select(Profile).where(Profile.startup_id == startup)).all() == []
