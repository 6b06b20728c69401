"""Many startups from one table: columns, errors by row, all rows or none, once."""

import csv
import io
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import func, select

from matcher.documents.tables import read_rows
from matcher.errors import AccessDeniedError, FieldError, UnknownThingError
from matcher.exports.csv_file import spreadsheet_safe
from matcher.settings import Settings
from matcher.workflows.import_columns import HEADERS, guess_mapping
from matcher.workflows.import_files import find_import, keep_import, template_csv, template_xlsx
from matcher.workflows.imports import (
    ImportCheck,
    ImportTable,
    check_import,
    find_header,
    read_mapping,
    rows_written,
    write_import,
)
from matcher.workflows.submission_contents import read_submission
from models.access import OPERATOR, Actor
from models.database import read_session, write_session
from models.tables import Account, AuditEntry, Candidacy, Consent, Profile, Startup, Submission
from models.vocabulary import Language

KOREAN = """2026년 신청 기업
연번,기업명*,사업자등록번호,한 줄 소개,요약(영문),단계,TRL,설립일,직원수,분야,국가
1,주식회사 가온,123-45-67890,배터리 교체 로봇을 만드는 회사입니다,We build robots,\
시리즈 A,TRL 6,2021-03-02,"1,200명",로봇;물류,대한민국
2,나래,,,,Seed,11,2999,x,foo,Atlantis
3,,,,,,,,,,
"""
MANAGER = Actor("0" * 32, "manager", manager=True)
POISON = [
    "=1+1",
    "<script>alert(1)</script>",
    "'; DROP TABLE startup; --",
    "{{7*7}}",
    "a\u202eb",
    "e" + "\u0301" * 50,
]


@pytest.fixture(autouse=True)
def _manager(request: pytest.FixtureRequest) -> None:
    """Let the manager have an account in the tests that write."""
    if "tiny" in request.fixturenames:
        with write_session(request.getfixturevalue("tiny")) as session:
            session.add(Account(id="0" * 32, email="manager@x.example", name="M", office="manager"))


def table_of(text: str) -> ImportTable:
    return find_header(read_rows(text.encode()))


def check(engine: Engine, text: str, mapping: Mapping[str, str | None] | None = None) -> ImportCheck:
    table = table_of(text)
    with read_session(engine) as session:
        return check_import(session, table, read_mapping(table.headers, mapping))


def write(
    engine: Engine, found: ImportCheck, import_id: str = "one", actor: Actor = MANAGER
) -> tuple[str, ...]:
    with write_session(engine) as session:
        return write_import(session, actor, found, import_id=import_id)


def startups(engine: Engine) -> int:
    with read_session(engine) as session:
        return session.exec(select(func.count()).select_from(Startup)).one()


def test_a_korean_table_is_read_with_a_title_above_and_errors_by_row(tiny: Engine) -> None:
    found = check(tiny, KOREAN)

    assert found.document()["mapping"] == {
        "연번": None,
        "기업명*": "name",
        "사업자등록번호": "registration_no",
        "한 줄 소개": "one_liner",
        "요약(영문)": "summary.en",
        "단계": "stage",
        "TRL": "trl",
        "설립일": "founded",
        "직원수": "employees",
        "분야": "sectors",
        "국가": "country",
    }
    assert (found.rows, [row.number for row in found.checked]) == (3, [3])
    assert [(one.row, one.column) for one in found.errors] == [
        (4, "TRL"),
        (4, "설립일"),
        (4, "직원수"),
        (4, "분야"),
        (4, "국가"),
        (5, "기업명*"),
    ]
    content = found.checked[0].content
    assert (content.name, content.stage, content.trl, content.founded, content.employees) == (
        "주식회사 가온",
        "series-a",
        6,
        2021,
        1200,
    )
    assert content.texts[Language.KO].one_liner.startswith("배터리")
    assert content.texts[Language.EN].summary == "We build robots"
    assert (content.country, content.sectors) == ("KR", ["robotics", "logistics"])


@pytest.mark.parametrize("language", range(4))
def test_the_templates_headers_are_all_known(language: int) -> None:
    headers = [names[language] for names in HEADERS.values()]

    assert list(guess_mapping(headers).values()) == list(HEADERS)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("write_template", [template_csv, template_xlsx])
def test_the_example_of_the_template_would_be_good_and_is_left_out(
    tiny: Engine, language: Language, write_template: object
) -> None:
    assert callable(write_template)
    table = find_header(read_rows(write_template(language)))
    with read_session(tiny) as session:
        found = check_import(session, table, read_mapping(table.headers))

    assert (found.rows, found.examples, found.errors, found.checked) == (0, (2,), (), ())


def test_the_example_row_has_no_error_but_its_name(tiny: Engine) -> None:
    text = template_csv(Language.EN).decode("utf-8-sig").replace("EXAMPLE (invented, delete this row): ", "")

    assert check(tiny, text).document()["ok"] == 1


def test_what_is_written_is_submitted_not_invented_and_nobodys_candidate(tiny: Engine) -> None:
    before = startups(tiny)
    written = write(tiny, check(tiny, "name;summary;stage\nGaon;We build robots for vans.;seed\nNarae;;\n"))

    assert startups(tiny) == before + 2
    with read_session(tiny) as session:
        startup = session.get_one(Startup, written[0])
        (version,) = session.exec(select(Submission).where(Submission.startup_id == written[0])).all()
        (profile,) = session.exec(select(Profile).where(Profile.startup_id == written[0])).all()
        assert (startup.name, startup.invented, startup.stage) == ("Gaon", False, "seed")
        assert (version.state, version.number) == ("submitted", 1)
        assert read_submission(version.content).stage == "seed"
        assert (profile.language, profile.text) == ("en", "We build robots for vans.")
        assert session.exec(select(Consent)).all() == []
        assert session.exec(select(Candidacy).where(Candidacy.startup_id == written[0])).all() == []
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "imported")).one()
        assert (entry.object, entry.details) == ("one", {"rows": 2, "duplicates": 0, "incomplete": 2})


def test_one_error_keeps_every_row_from_being_written(tiny: Engine) -> None:
    before = startups(tiny)

    with pytest.raises(FieldError, match="nothing was written"):
        write(tiny, check(tiny, "name,trl\nGaon,5\nNarae,12\n"))

    assert startups(tiny) == before


def test_the_same_import_is_written_once(tiny: Engine) -> None:
    found = check(tiny, "name\nGaon\n")
    write(tiny, found)

    assert write(tiny, found) == ()
    with read_session(tiny) as session:
        assert (rows_written(session, "one"), rows_written(session, "two")) == (1, None)


def test_only_who_may_imports(tiny: Engine) -> None:
    with pytest.raises(AccessDeniedError):
        write(tiny, check(tiny, "name\nGaon\n"), actor=Actor("1" * 32, agencies=frozenset({"office"})))
    assert write(tiny, check(tiny, "name\nGaon\n"), actor=OPERATOR)


def test_duplicates_are_shown_and_not_dropped(tiny: Engine) -> None:
    write(tiny, check(tiny, "name,registration_no\n주식회사 가온,123-45-67890\n"))
    found = check(tiny, "name,registration_no\n㈜가온,\nNarae,1234567890\nNARAE Inc.,\n")

    assert [(one.row, one.kind.value, isinstance(one.other, str)) for one in found.duplicates] == [
        (2, "name", True),
        (3, "registration-number", True),
        (4, "name", False),
    ]
    assert found.document()["ok"] == 3


@pytest.mark.parametrize("cell", POISON)
def test_hostile_cells_are_text_or_refused_by_row(tiny: Engine, cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["name", "summary", "trl", "country"], [cell, cell, cell, cell]])
    found = check(tiny, out.getvalue())

    assert {one.column for one in found.errors} >= {"trl", "country"}
    assert all(one.row == 2 and cell not in one.reason for one in found.errors)


def test_a_formula_is_a_name_and_taken_away_as_text(tiny: Engine) -> None:
    (written,) = write(tiny, check(tiny, 'name\n"=HYPERLINK(""http://x"")"\n'))
    with read_session(tiny) as session:
        name = session.get_one(Startup, written).name

    assert name == '=HYPERLINK("http://x")'
    assert spreadsheet_safe(name).startswith("'=")


def test_columns_can_be_mapped_by_hand_and_never_twice(tiny: Engine) -> None:
    found = check(tiny, "A,B\nGaon,seed\n", {"A": "name", "B": "stage"})

    assert (found.checked[0].content.name, found.checked[0].content.stage) == ("Gaon", "seed")
    with pytest.raises(FieldError):
        read_mapping(("A", "B"), {"A": "name", "B": "name"})
    with pytest.raises(FieldError):
        read_mapping(("A",), {"A": "no-such-field"})


SAFE = st.text(alphabet=st.sampled_from("가나다라 abcXYZ019,;\"'\n.-"), max_size=60)


@given(
    rows=st.lists(
        st.fixed_dictionaries({
            "name": st.from_regex(r"[A-Z가-힣][a-z가-힣0-9 ]{0,20}", fullmatch=True),
            "summary": SAFE,
            "stage": st.sampled_from(["", "seed", "growth"]),
            "trl": st.sampled_from(["", "1", "9"]),
            "registration_no": st.from_regex(r"([0-9]{10})?", fullmatch=True),
        }),
        min_size=1,
        max_size=5,
    )
)  # fmt: skip
def test_rows_that_were_exported_come_back_as_they_were(rows: list[dict[str, str]]) -> None:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    table = find_header(read_rows(out.getvalue().encode("utf-8-sig")))

    back = [dict(zip(table.headers, row.cells, strict=True)) for row in table.rows]
    assert back == [{name: cell.strip() for name, cell in row.items()} for row in rows]


def test_a_waiting_table_is_private_to_who_sent_it_and_ends(settings: Settings) -> None:
    table = table_of("name\nGaon\n")
    import_id = keep_import(settings, MANAGER, "x.csv", table, {"name": "name"})
    path = settings.data_dir / "imports" / f"{import_id}.json"

    assert path.stat().st_mode & 0o777 == 0o600
    assert find_import(settings, MANAGER, import_id).table == table
    for actor, wanted in (
        (Actor("2" * 32, manager=True), import_id),
        (MANAGER, "../landfall"),
        (MANAGER, "x" * 30),
    ):
        with pytest.raises(UnknownThingError):
            find_import(settings, actor, wanted)
    path.write_text(path.read_text().replace('"sent_at": "2', '"sent_at": "1'))
    with pytest.raises(UnknownThingError):
        find_import(settings, MANAGER, import_id)


def test_a_cell_that_holds_too_much_is_refused_in_plain_words(tiny: Engine) -> None:
    found = check(
        tiny, f"name,summary,target_cities\n{'x' * 101},{'y' * 5000},{';'.join(['Berlin'] * 300)}\n"
    )
    reasons = {error.column: error.reason for error in found.errors}

    assert reasons["name"] == "is longer than 100 characters"
    assert "is longer than" in reasons["summary"]
    assert not any("should have" in reason for reason in reasons.values())
