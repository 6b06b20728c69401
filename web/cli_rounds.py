"""Commands about rounds: plan, publish, list, write the shortlist, make a list again from its pack."""

import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from web.cli_options import JsonFlag

if TYPE_CHECKING:
    from datetime import date

    from sqlmodel import Session

    from matcher.settings import Settings
    from matcher.workflows.analysts import LocalAnalyst
    from matcher.workflows.round_reproductions import Reproduction

round_app = typer.Typer(no_args_is_help=True, help="Plan rounds, publish them, and list them.")

DIFFERS = 1
USUAL_WAITLIST = 10
_NO_TEXT = frozenset({"xlsx", "pdf", "hwpx"})

RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="Id of the round.")]


class ListLanguage(StrEnum):
    """Languages a shortlist is written in."""

    KO = "ko"
    EN = "en"
    DE = "de"
    ES = "es"


@round_app.command("list")
def list_command(json: JsonFlag = False) -> None:
    """List the rounds, the newest first."""
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.rounds import list_rounds
    from models.access import OPERATOR
    from models.database import read_session
    from web.cli_tables import print_json

    with ready_engine(_settings().url, for_reading=True) as engine, read_session(engine) as session:
        rounds = list_rounds(session, OPERATOR)
    if json:
        print_json([
            {
                "id": one.id,
                "name": one.name,
                "state": one.state.value,
                "stage": one.stage.value,
                "programs": one.programs,
                "seats": one.seats,
                "runs": one.runs,
            }
            for one in rounds
        ])  # fmt: skip
        return
    if not rounds:
        typer.echo("no rounds yet; landfall round create opens one")
    for one in rounds:
        typer.echo(
            f"{one.id:24}{one.state.value:11}{one.stage.value:13}{one.programs} programs, {one.seats} seats,"
            f" {one.runs} runs  {one.name}"
        )


@round_app.command("create")
def create_command(
    name: Annotated[str, typer.Argument(help="What the round is called.")],
    program: Annotated[
        list[str], typer.Option(help="PROGRAM:SEATS or PROGRAM:SEATS:WAITLIST; once for each program.")
    ],
    round_id: Annotated[str, typer.Option("--id", help="Id of the round; made of the name by default.")] = "",
) -> None:
    """Open a round and print its id."""
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.rounds import create_round
    from models.access import OPERATOR
    from models.database import write_session

    programs = [_program_seats(one) for one in program]
    with ready_engine(_settings().url) as engine, write_session(engine) as session:
        typer.echo(create_round(session, OPERATOR, name, programs, round_id=round_id))


def _program_seats(typed: str) -> tuple[str, int, int]:
    from matcher.errors import FieldError

    program, *numbers = typed.split(":")
    if len(numbers) not in {1, 2} or not all(number.isascii() and number.isdigit() for number in numbers):
        raise FieldError("program", f"PROGRAM:SEATS or PROGRAM:SEATS:WAITLIST expected, not {typed!r}")
    seats, waitlist = int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else USUAL_WAITLIST
    return program, seats, waitlist


@round_app.command("run")
def run_command(
    round_id: RoundId,
    dry: Annotated[bool, typer.Option("--dry", help="Keep nothing.")] = False,
    json: JsonFlag = False,
) -> None:
    """Make a plan of a round and keep it with its pack."""
    from datetime import UTC, datetime

    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.round_runs import dry_run, read_run, run_round
    from models.access import OPERATOR
    from models.database import read_session, write_session
    from web.cli_tables import print_json

    settings = _settings()
    analyst = _analyst(settings)
    today = datetime.now(UTC).date()
    number = 0
    with ready_engine(settings.url) as engine:
        if dry:
            with read_session(engine) as session:
                draft = dry_run(session, OPERATOR, analyst, round_id, today=today)
            document, changes = draft.document, draft.changes
        else:
            with write_session(engine) as session:
                number = run_round(session, OPERATOR, analyst, round_id, today=today)
            with read_session(engine) as session:
                stored = read_run(session, OPERATOR, round_id, number)
            document, changes = stored.document, stored.changes
    if json:
        print_json({
            "run": number or None,
            **document,
            "entered": [[one.startup, one.program, one.why.value] for one in changes.entered],
            "left": [[one.startup, one.program, one.why.value] for one in changes.left],
        })  # fmt: skip
        return
    for one in document["programs"]:
        typer.echo(
            f"{one['program']}: {len(one['selected'])} of {one['seats']} seats,"
            f" {len(one['waitlist'])} waiting"
        )
    for change in changes.entered:
        typer.echo(f"+ {change.startup} in {change.program} ({change.why.value})")
    for change in changes.left:
        typer.echo(f"- {change.startup} in {change.program} ({change.why.value})")
    typer.echo(f"{f'run {number}' if number else 'dry run'}: total {document['total']:.6g}")


@round_app.command("publish")
def publish_command(
    round_id: RoundId,
    run: Annotated[int, typer.Option(help="Number of the run; the newest by default.", min=0)] = 0,
) -> None:
    """Publish a plan: the results of all its programs at once, or nothing. No letter is sent."""
    from datetime import UTC, datetime

    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.round_inputs import last_run
    from matcher.workflows.round_publications import publish
    from models.access import OPERATOR
    from models.database import write_session

    settings = _settings()
    today = datetime.now(UTC).date()
    with ready_engine(settings.url) as engine, write_session(engine) as session:
        newest = last_run(session, round_id)
        number = run or (newest.number if newest else 0)
        results = publish(session, OPERATOR, _analyst(settings), round_id, number, today=today)
    typer.echo(f"round {round_id}: run {number} published, {len(results)} results")


def shortlist(  # noqa: PLR0917  each parameter is an option
    thing: Annotated[str, typer.Argument(metavar="ROUND|PROGRAM", help="Id of a round, else of a program.")],
    form: Annotated[
        str, typer.Option("--format", help="csv or json; of a round also xlsx, pdf or hwpx.")
    ] = "csv",
    reason: Annotated[str, typer.Option(help="What the list is for; kept in the audit log.")] = "command",
    lang: Annotated[ListLanguage, typer.Option(help="Language of a round's list.")] = ListLanguage.KO,
    columns: Annotated[str, typer.Option(help="Columns of a round's list, with commas.")] = "",
    everybody: Annotated[bool, typer.Option("--all", help="List who is not selected too.")] = False,
    masked: Annotated[bool, typer.Option("--masked", help="Leave contact data out.")] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output by default.")] = None,
) -> None:
    """Write the shortlist of a round, or of one program in the reviewer's order."""
    from datetime import UTC, datetime

    from matcher.errors import FieldError
    from matcher.workflows.programs import ProgramFilter, list_programs
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.rounds import round_exists
    from matcher.workflows.shortlists import export, read_format
    from models.access import OPERATOR
    from models.database import write_session

    settings = _settings()
    today = datetime.now(UTC).date()
    if out is None and form in _NO_TEXT and sys.stdout.isatty():
        raise FieldError("out", f"{form} is no text; name a file")
    with ready_engine(settings.url) as engine, write_session(engine) as session:
        analyst = _analyst(settings)
        if round_exists(session, OPERATOR, thing):
            asked = _Asked(form, reason, lang, columns, everybody, masked)
            content = _round_list(session, analyst, thing, asked, today)
        elif thing in {card.id for card in list_programs(session, ProgramFilter())}:
            content = export(session, OPERATOR, analyst, thing, read_format(form), today=today, reason=reason)
        else:
            raise FieldError("round", f"no round and no program has the id {thing!r}")
    if out is not None:
        out.write_bytes(content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked of a round's list."""

    form: str
    reason: str
    lang: ListLanguage
    columns: str
    everybody: bool
    masked: bool


def _round_list(
    session: "Session", analyst: "LocalAnalyst", round_id: str, asked: _Asked, today: "date"
) -> bytes:
    from matcher.exports.shortlist import Outcome
    from matcher.workflows.round_shortlists import ShortlistView, export_shortlist, read_round_format
    from models.access import OPERATOR
    from models.vocabulary import Language
    from web import names
    from web.i18n import gettext, speaking

    view = ShortlistView(
        Language(asked.lang.value),
        tuple(one.strip() for one in asked.columns.split(",") if one.strip()),
        masked=asked.masked,
    )
    if asked.everybody:
        view = replace(view, outcomes=frozenset(Outcome))
    with speaking(view.language):
        return export_shortlist(
            session,
            OPERATOR,
            analyst,
            round_id,
            read_round_format(asked.form),
            view=view,
            today=today,
            reason=asked.reason,
            say=lambda phrase: phrase.say(gettext, names.name, names.written),
        )


def reproduce(
    file: Annotated[Path, typer.Argument(metavar="PACK.json", help="Pack of a shortlist.")],
    json: JsonFlag = False,
) -> None:
    """Make the list of a pack again and say identical, or what differs; exit code 1 if anything does."""
    from matcher.errors import DatabaseNotReadyError
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.round_reproductions import read_document
    from matcher.workflows.round_reproductions import reproduce as make_again
    from models.database import read_session
    from web.cli_tables import print_json

    settings = _settings()
    document = read_document(file.read_bytes())
    analyst = _analyst(settings)
    try:
        with ready_engine(settings.url, for_reading=True) as engine, read_session(engine) as session:
            found = make_again(session, analyst, document)
    except DatabaseNotReadyError:
        found = make_again(None, analyst, document)
    if json:
        print_json(found.document)
    else:
        _print_lines(found)
    if not found.identical:
        raise typer.Exit(DIFFERS)


def _print_lines(found: "Reproduction") -> None:
    typer.echo("identical" if found.identical else "differs")
    typer.echo(f"list: {'identical' if found.same_list else 'differs'}, sha256 {found.list_sha256}")
    if not found.inputs_compared:
        typer.echo("inputs: not compared; there is no database")
    for one in found.differences:
        typer.echo(one.line)


def _settings() -> "Settings":
    from web.cli_settings import read_settings

    return read_settings()


def _analyst(settings: "Settings") -> "LocalAnalyst":
    from matcher.workflows.analysts import LocalAnalyst

    return LocalAnalyst(settings)
