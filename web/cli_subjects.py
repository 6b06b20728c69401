"""`landfall export-subject`, `landfall erase` and `landfall retention`: rights of those the data is about."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from web.cli_options import JsonFlag

if TYPE_CHECKING:
    from matcher.workflows.retention import Due

SubjectArgument = Annotated[str, typer.Argument(help="Id of a startup or of an account.")]


def export_subject(subject: SubjectArgument) -> None:
    """Print everything held about a startup or an account as JSON; written into the audit log."""
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.subject_exports import export_subject
    from models.database import write_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    with ready_engine(read_settings().url) as engine, write_session(engine) as session:
        document = export_subject(session, subject).document
    print_json(document)


def erase(
    subject: SubjectArgument,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit log, names nobody.")] = "command",
) -> None:
    """Erase a startup or an account for good, with texts, vectors and letters, also while it is served."""
    from matcher.workflows.readiness import ready_engine
    from matcher.workflows.subject_erasures import erase
    from web.cli_settings import read_settings

    settings = read_settings()
    with ready_engine(settings.url) as engine:
        done = erase(settings, engine, subject, reason)
    _say(f"erase: the {done.kind.value} {done.id} is gone, {done.letters} letters with it")
    if not done.log_empty:
        _say("erase: somebody reads the database for long; run landfall erase again or restart the server")
    for path in done.left:
        _say(f"erase: {path} is older and still holds everything; delete it")
    if not done.log_empty:
        raise typer.Exit(1)


def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Erase what is listed.")] = False,
    json: JsonFlag = False,
) -> None:
    """List the startups whose data is no longer needed, and why; nothing is erased without --apply."""
    from matcher.workflows import retention
    from matcher.workflows.readiness import ready_engine
    from models.base import now_utc
    from models.database import read_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    settings = read_settings()
    with ready_engine(settings.url, for_reading=not apply) as engine:
        if apply:
            found = retention.apply(settings, engine, now_utc())
        else:
            with read_session(engine) as session:
                found = retention.due(session, settings, now_utc())
    if json:
        print_json({
            "applied": apply,
            "months_not_selected": settings.retention_months_not_selected,
            "years_selected": settings.retention_years_selected,
            "startups": [_document(one) for one in found],
        })  # fmt: skip
        return
    for one in found:
        typer.echo(f"{one.startup_id}: {one.why.value} since {one.since.date()}, over on {one.until.date()}")
    _say(f"retention: {len(found)} startups {'erased' if apply else 'to erase; --apply erases them'}")


def _document(one: "Due") -> dict[str, Any]:
    return {
        "startup": one.startup_id,
        "why": one.why.value,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
    }


def _say(line: str) -> None:
    typer.echo(line, err=True)
