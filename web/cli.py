"""The `landfall` command. Settings and everything heavy are imported inside the commands."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from web.cli_assign import assign
from web.cli_audit import audit_app
from web.cli_backups import backup, restore
from web.cli_documents import extract
from web.cli_import import import_startups
from web.cli_lexicon import lexicon_app
from web.cli_options import Fixture, JsonFlag, LanguageChoice
from web.cli_replays import replay
from web.cli_rounds import reproduce, round_app, shortlist
from web.cli_subjects import erase, export_subject, retention
from web.cli_users import user_app

if TYPE_CHECKING:
    from matcher.engine.scoring import ProgramPool
    from matcher.settings import Settings
    from matcher.workflows.analysts import LocalAnalyst

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Match deep-tech startups with partner-city programs, across languages, offline.",
)
app.add_typer(lexicon_app, name="lexicon")
app.add_typer(audit_app, name="audit")
app.add_typer(user_app, name="user")
app.add_typer(round_app, name="round")
app.command()(assign)
app.command()(backup)
app.command()(restore)
app.command("import")(import_startups)
app.command()(extract)
app.command("export-subject")(export_subject)
app.command()(erase)
app.command()(retention)
app.command()(replay)
app.command()(shortlist)
app.command()(reproduce)

BAD_INPUT = 2


def main() -> None:
    """Run the command; a mistake of the user is one line on standard error and exit code 2."""
    try:
        code = app(standalone_mode=False)
    except Exception as error:  # noqa: BLE001  raised again unless it is a mistake the user can mend
        _explain(error)
    raise SystemExit(code)


@app.command()
def migrate() -> None:
    """Bring the database schema to the newest version."""
    from matcher.workflows.first_keys import ensure_key
    from models.database import head_revision, migrate, open_engine

    settings = _settings()
    engine = open_engine(settings.url)
    try:
        migrate(engine)
        ensure_key(settings, engine)
    finally:
        engine.dispose()
    _say(f"database: schema {head_revision()}")


@app.command()
def seed(
    without_invented: Annotated[
        bool, typer.Option("--without-invented", help="Leave out the invented startups.")
    ] = False,
    no_embed: Annotated[bool, typer.Option("--no-embed", help="Do not read the texts yet.")] = False,
    fixture: Annotated[
        Fixture | None, typer.Option(help="Instead: demo (one account per role) or acceptance.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File for the logins and marks of the acceptance fixture.")
    ] = None,
) -> None:
    """Load cities, agencies, programs and invented startups; running it again changes nothing."""
    from matcher.workflows.first_keys import ensure_key
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.seed_records import read_seed
    from matcher.workflows.seeding import seed
    from web.cli_fixtures import load_fixture

    settings = _settings()
    if fixture is not None:
        load_fixture(settings, fixture, out)
        if fixture is Fixture.ACCEPTANCE and not no_embed:
            _embed(settings)
        return
    with ready_engine(settings.url) as engine:
        ensure_key(settings, engine)
        report = seed(engine, read_seed(settings.seed_dir), invented=not without_invented)
    _say(f"seed: {report.added} added, {report.changed} changed, {report.same} as they were")
    if not no_embed:
        _embed(settings)


@app.command()
def reindex() -> None:
    """Read every text whose vectors are missing or belong to another encoder; drop stale ones."""
    _embed(_settings())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
) -> None:
    """Serve the site."""
    from web.server import run

    run(_settings(), host, port)


@app.command()
def match(
    file: Annotated[str, typer.Argument(help="Text file, or - for standard input.")],
    lang: Annotated[LanguageChoice, typer.Option(help="Language of the text.")] = LanguageChoice.AUTO,
    facts: Annotated[Path | None, typer.Option(help="JSON file with facts of the startup.")] = None,
    top: Annotated[int, typer.Option(help="How many programs to print.", min=1, max=1000)] = 10,
    json: JsonFlag = False,
) -> None:
    """Rank the programs for a text; writes nothing."""
    from datetime import UTC, datetime

    from matcher.workflows.inputs import read_text
    from matcher.workflows.match_json import match_document
    from matcher.workflows.matching import match_in_pool
    from web.cli_files import read_facts_file, read_file
    from web.cli_tables import print_json, print_matches

    settings = _settings()
    text = read_text(read_file(file, "text"), "text")
    known = read_facts_file(facts)
    analyst = _analyst(settings)
    pool = _pool(settings, analyst)
    today = datetime.now(UTC).date()
    result = match_in_pool(pool, analyst, text, lang.language, known, today=today)
    if json:
        print_json(match_document(result, top))
    else:
        print_matches(result, top)


@app.command()
def evaluate(
    folder: Annotated[Path, typer.Argument(help="Folder with startups.jsonl, programs.jsonl and qrels.tsv.")],
    json: JsonFlag = False,
) -> None:
    """Measure ranking quality over a graded collection; needs no database."""
    from matcher.workflows.evaluations import evaluate
    from matcher.workflows.graded_collections import read_collection
    from web.cli_tables import print_json, print_report

    report = evaluate(read_collection(folder), _analyst(_settings()))
    if json:
        print_json(report)
    else:
        print_report(report)


@app.command()
def encode(
    lang: Annotated[LanguageChoice, typer.Option(help="Language of the lines.")],
    file: Annotated[str, typer.Argument(help="Text file, or - for standard input.")] = "-",
    out: Annotated[Path | None, typer.Option(help="File for the rows (.npy).")] = None,
) -> None:
    """Encode each line into a unit float32 row, after bridge and model, before any correction."""
    import numpy as np

    from matcher.engine.analysis import SourceText
    from web.cli_files import read_file, save_array, split_lines

    lines = split_lines(read_file(file, "lines", most_bytes=None))
    sources = [SourceText(line, lang.language) for line in lines]
    rows = np.stack([text.whole for text in _analyst(_settings()).read(sources)])
    if out is None:
        np.savetxt(sys.stdout, rows, fmt="%.6f")
    else:
        save_array(out, rows)


@app.command()
def similarity(
    profiles: Annotated[Path, typer.Argument(help='JSON Lines: {"id", "lang", "texts"}.')],
    programs: Annotated[Path, typer.Argument(help='JSON Lines: {"id", "lang", "texts"}.')],
    out: Annotated[Path, typer.Option(help="File for the scores (.npy).")],
) -> None:
    """Write the text score of every pair: float32 (profiles, programs), higher is better."""
    from matcher.workflows.evaluations import text_similarities
    from web.cli_files import read_texts_file, save_array

    scores = text_similarities(read_texts_file(profiles), read_texts_file(programs), _analyst(_settings()))
    save_array(out, scores)


@app.command()
def calibrate(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the figures; the data folder by default.")
    ] = None,
) -> None:
    """Fit means and term weights for this encoder on the shipped texts, and freeze them."""
    from matcher.engine.calibration import save_calibration
    from matcher.workflows.calibration_fits import fit_on_shipped_texts
    from matcher.workflows.calibrations import calibration_folder

    settings = _settings()
    analyst = _analyst(settings)
    calibration = fit_on_shipped_texts(settings.seed_dir, analyst)
    folder = out or calibration_folder(settings, analyst.encoder.fingerprint)
    save_calibration(calibration, folder)
    _say(f"calibration: {calibration.version} for {analyst.name}")


@app.command()
def routes(json: JsonFlag = False) -> None:
    """List every route with what it declares about who may use it."""
    from tempfile import TemporaryDirectory

    from web.access import declared_routes
    from web.app import create_app
    from web.cli_tables import print_json

    with TemporaryDirectory() as folder:
        # The routes depend on no data: the configured database is left alone.
        elsewhere = {"data_dir": Path(folder), "keep_dir": Path(folder), "database_url": ""}
        application = create_app(_settings().model_copy(update=elsewhere))
        declared = declared_routes(application)
        application.state.engine.dispose()
    if json:
        print_json([{"method": one.method, "path": one.path, "access": one.access} for one in declared])
    else:
        for one in declared:
            typer.echo(f"{one.method:7}{one.access:18}{one.path}")


@app.command()
def doctor(json: JsonFlag = False) -> None:
    """Check everything serving needs: versions, database, model, keys, disk; exit code 1 if one is wrong."""
    from matcher.workflows.readiness import examine
    from web.cli_tables import print_json

    found = examine(_settings())
    if json:
        print_json({item.name: {"ok": item.ok, "detail": item.detail} for item in found.checks})
    else:
        for item in found.checks:
            typer.echo(f"{'ok ' if item.ok else 'BAD'} {item.name}: {item.detail}")
    if not found.ready:
        raise typer.Exit(1)


def _settings() -> "Settings":
    from web.cli_settings import read_settings

    return read_settings()


def _analyst(settings: "Settings") -> "LocalAnalyst":
    from matcher.workflows.analysts import LocalAnalyst

    return LocalAnalyst(settings)


def _pool(settings: "Settings", analyst: "LocalAnalyst") -> "ProgramPool":
    """Give the programs of the configured database if there is one with programs, else the shipped ones."""
    from matcher.errors import DatabaseNotReadyError
    from matcher.workflows.matching import loose_pool, stored_pool
    from matcher.workflows.seeding import shipped_programs
    from models.database import database_exists, open_reader, read_session, schema_revision

    if database_exists(settings.url):
        engine = open_reader(settings.url)
        try:
            if schema_revision(engine) is not None:
                with read_session(engine) as session:
                    return stored_pool(session, analyst)
        except DatabaseNotReadyError:
            pass
        finally:
            engine.dispose()
        _say("database: holds no programs; ranking the shipped ones")
    return loose_pool(shipped_programs(settings.seed_dir), analyst)


def _embed(settings: "Settings") -> None:
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.seeding import embed
    from web.cli_tables import reading_progress

    with ready_engine(settings.url) as engine, reading_progress() as progress:
        read = embed(engine, _analyst(settings), progress)
    _say(f"texts: {read} read, all others were stored")


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _explain(error: Exception) -> NoReturn:
    from sqlalchemy.exc import SQLAlchemyError

    from matcher.errors import LandfallError

    if isinstance(error, typer.TyperException):
        # Without any argument the message is the help; everything else is told in one line.
        message = error.format_message()
        _say(
            message
            if message.startswith("Usage: ")
            else f"landfall: {' '.join(message.split())}".replace("Value error, ", "")
        )
    elif isinstance(error, LandfallError):
        _say(f"landfall: {' '.join(str(error).split())}")
    elif isinstance(error, SQLAlchemyError):
        _say(f"landfall: database: {str(error).splitlines()[0]}")
    elif isinstance(error, OSError) and error.filename is not None:
        _say(f"landfall: {error.filename}: {error.strerror}")
    else:
        raise error
    raise SystemExit(BAD_INPUT) from error
