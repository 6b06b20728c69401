"""The shortlist of a round: rows as the plan or the published results have them, in every format."""

import io
import zipfile
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine
from sqlmodel import select

from matcher.errors import AccessDeniedError, FieldError, TooManyAttemptsError, UnknownThingError
from matcher.exports.shortlist import Outcome
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.erasures import erase_startup
from matcher.workflows.round_shortlists import (
    RoundFormat,
    ShortlistView,
    export_shortlist,
    make_shortlist,
    read_round_format,
)
from matcher.workflows.rubrics import rubric_of
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, AgencyMember, AuditEntry, Candidacy, Program, Review, Startup
from models.vocabulary import Language
from tests.matcher.workflows.planned import ROUND, Planned, seated, waiting

ALL = frozenset(Outcome)


@pytest.fixture
def planned(tiny: Engine, hashing_analyst: LocalAnalyst, today: date) -> Planned:
    """Give a round with decisions and nothing planned."""
    return Planned(tiny, hashing_analyst, today)


def shown(planned: Planned, view: ShortlistView | None = None) -> dict[tuple[str, str], str]:
    """Give the results of a list in English, by program and company."""
    with read_session(planned.engine) as session:
        made = make_shortlist(
            session,
            planned.manager,
            planned.analyst,
            ROUND,
            view or ShortlistView(Language.EN, outcomes=ALL),
            today=planned.today,
        )
    return {(row.program, row.company): row.result.words(made.language) for row in made.rows}


def export(planned: Planned, form: RoundFormat, **changed: object) -> bytes:
    """Write the list."""
    values: dict[str, object] = {"view": ShortlistView(Language.EN), "reason": "Committee"}
    with write_session(planned.engine) as session:
        return export_shortlist(
            session,
            planned.manager,
            planned.analyst,
            ROUND,
            form,
            today=planned.today,
            **(values | changed),  # type: ignore[arg-type]
        )


def test_without_a_plan_there_is_no_list(planned: Planned) -> None:
    with pytest.raises(UnknownThingError):
        shown(planned)


def test_a_plan_is_listed_as_a_draft_and_what_is_published_as_it_stands_now(planned: Planned) -> None:
    run = planned.run()
    draft = shown(planned)
    planned.publish(run.card.number)
    published = shown(planned)
    (selected,) = seated(run.document)["alpha"]
    first = waiting(run.document)["alpha"][0]
    planned.withdraw("alpha", selected)
    names = {"one": "One Ltd", "two": "Two Ltd", "m1": "M1 Ltd", "m2": "M2 Ltd"}

    assert draft == published
    assert draft["alpha", names[selected]] == "selected"
    assert draft["alpha", names[first]] == "waitlisted 1"
    assert draft["alpha", "M3 Ltd"] == "not selected"
    now = shown(planned)
    assert (now["alpha", names[selected]], now["alpha", names[first]]) == ("withdrawn", "selected")


def test_who_was_told_nothing_is_applied(planned: Planned) -> None:
    planned.set(seat_for="accepted")
    with write_session(planned.engine) as session:
        session.add(Candidacy(program_id="beta", startup_id="two"))
    planned.publish(planned.run().card.number)

    assert shown(planned)["beta", "Two Ltd"] == "applied"


def test_selected_come_first_then_the_waitlist_and_numbers_run_through(planned: Planned) -> None:
    run = planned.run()
    with read_session(planned.engine) as session:
        made = make_shortlist(
            session, planned.manager, planned.analyst, ROUND, ShortlistView(), today=planned.today
        )

    order = [row.company for row in made.rows if row.program == "alpha"]
    expected = [*seated(run.document)["alpha"], *waiting(run.document)["alpha"]]
    assert [name.split()[0].lower() for name in order] == expected
    assert [row.number for row in made.rows] == list(range(1, len(made.rows) + 1))
    assert [row.rank for row in made.rows if row.program == "alpha"] == [1, 2, 3][: len(order)]
    assert not made.published
    assert made.rows[0].item


def test_an_erased_startup_is_left_out_and_counted(planned: Planned) -> None:
    planned.publish(planned.run().card.number)
    with write_session(planned.engine) as session:
        erase_startup(session, OPERATOR, "m3")

    assert ("alpha", "M3 Ltd") not in shown(planned)


def test_the_owner_is_who_leads_the_agency_and_is_left_out_with_contact_data(planned: Planned) -> None:
    planned.run()
    with write_session(planned.engine) as session:
        agency = session.get_one(Program, "alpha").agency_id
        for name, lead in (("Yuna Beck", True), ("Adam Cole", True), ("Rita Doe", False)):
            session.add(Account(id=name, email=f"{name[0]}@office.example", name=name))
            session.flush()
            session.add(AgencyMember(account_id=name, agency_id=agency, lead=lead))

    def owners(*, masked: bool) -> tuple[set[str], tuple[str, ...]]:
        with read_session(planned.engine) as session:
            made = make_shortlist(
                session,
                planned.manager,
                planned.analyst,
                ROUND,
                ShortlistView(Language.EN, masked=masked),
                today=planned.today,
            )
        shown = {row.owner for row in made.rows if row.program == "alpha"}
        return shown, tuple(column.key for column in made.shown_columns)

    shown, columns = owners(masked=False)
    assert shown == {"Adam Cole, Yuna Beck"}
    assert "owner" in columns
    assert "owner" not in owners(masked=True)[1]


@pytest.mark.parametrize("details", [False, True])
def test_extra_points_stand_apart_and_count(planned: Planned, *, details: bool) -> None:
    with write_session(planned.engine) as session:
        points = {one.key: 3.0 if one.bonus else 4.0 for one in rubric_of(session, "alpha")}
        bonus = sum(one.weight * 3.0 / one.scale_max for one in rubric_of(session, "alpha") if one.bonus)
        session.add(
            Review(
                program_id="alpha",
                startup_id="one",
                desk="boss" * 4,
                decision="accept",
                scores=points,
                reviewer="boss" * 4,
                submitted_at=now_utc(),
            )
        )
    planned.run()
    with read_session(planned.engine) as session:
        made = make_shortlist(
            session,
            planned.manager,
            planned.analyst,
            ROUND,
            ShortlistView(Language.EN),
            today=planned.today,
            details=details,
        )

    row = next(row for row in made.rows if (row.program, row.company) == ("alpha", "One Ltd"))
    assert row.document_score == 80.0
    assert row.bonus == pytest.approx(bonus)
    assert row.total == pytest.approx(80.0 + bonus)
    assert made.notes == ("Results shown: Selected, Waitlisted, Withdrawn",)


def test_sheets_hold_facts_evidence_scores_and_reasons(planned: Planned) -> None:
    planned.pin("alpha", "one")
    planned.run()
    with read_session(planned.engine) as session:
        made = make_shortlist(
            session,
            planned.manager,
            planned.analyst,
            ROUND,
            ShortlistView(Language.EN),
            today=planned.today,
            details=True,
        )

    row = next(row for row in made.rows if row.company == "One Ltd")
    assert {(fact.label, fact.value) for fact in row.details.facts} >= {("Employees", "7")}
    assert [reason.text for reason in row.details.reasons] == ["Said by the agency", "Asked by the city"]
    assert row.details.conditions
    assert row.details.rubric
    assert "pinned" in row.flags


def test_a_workbook_holds_no_formula_whatever_a_startup_is_called(planned: Planned) -> None:
    with write_session(planned.engine) as session:
        row = session.get_one(Startup, "one")
        row.name = "=HYPERLINK(1)"
        session.add(row)
    planned.run()

    content = export(planned, RoundFormat.XLSX)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    assert "=HYPERLINK(1)" in {cell for line in sheet.to_python() for cell in line}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    assert not any(b"<f>" in part for part in parts)


@pytest.mark.parametrize("form", list(RoundFormat))
def test_every_export_asks_a_reason_and_is_noted(planned: Planned, form: RoundFormat) -> None:
    planned.run()
    with pytest.raises(FieldError, match="reason"):
        export(planned, form, reason=" ")

    assert export(planned, form)
    with read_session(planned.engine) as session:
        noted = session.exec(select(AuditEntry).where(AuditEntry.act == "exported")).all()
        assert {(entry.reason, entry.details["format"]) for entry in noted} == {("Committee", form.value)}


def test_exports_stop_at_the_limit(planned: Planned) -> None:
    planned.run()

    with pytest.raises(TooManyAttemptsError):
        export(planned, RoundFormat.CSV, limit=1)


def test_what_cannot_be_shown_is_refused(planned: Planned) -> None:
    planned.run()

    with pytest.raises(FieldError, match="columns"):
        shown(planned, ShortlistView(columns=("colour",)))
    with pytest.raises(FieldError, match="program"):
        shown(planned, ShortlistView(program_id="gamma"))
    with pytest.raises(FieldError, match="xlsx, csv, pdf, hwpx, json"):
        read_round_format("doc")
    with read_session(planned.engine) as session, pytest.raises(AccessDeniedError):
        make_shortlist(
            session,
            Actor("r", agencies=frozenset({"office"})),
            planned.analyst,
            ROUND,
            ShortlistView(),
            today=planned.today,
        )
