"""`landfall audit`: is the log what was written, who saw a startup, what happened in a month."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from web.cli_options import JsonFlag

if TYPE_CHECKING:
    from matcher.workflows.audit_checks import Verification
    from matcher.workflows.audit_heads import Heads
    from matcher.workflows.audit_reports import MonthReport, Person, Sighting

audit_app = typer.Typer(
    no_args_is_help=True,
    help="Check the audit log, and ask it who saw a startup and what happened in a month.",
)


@audit_app.command()
def verify(
    anchor: Annotated[
        bool, typer.Option("--anchor", help="Write the newest entry down outside the database as well.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Check every entry of the audit log against the chain and the heads; exit code 1 if one is wrong."""
    from matcher.workflows import audit_heads
    from matcher.workflows.audit_checks import verify
    from matcher.workflows.readiness import ready_engine
    from models.database import read_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    settings = read_settings()
    with ready_engine(settings.url, for_reading=not anchor) as engine:
        # Read before the log: a head may be written down while the log is walked through.
        heads = audit_heads.read_heads(settings.keep)
        with read_session(engine) as session:
            found = verify(session, heads)
        if anchor and found.fault is None:
            audit_heads.anchor(settings, engine)
    if json:
        print_json(_verification_document(found, heads))
    else:
        _print_verification(found, heads)
    if found.fault:
        raise typer.Exit(1)


@audit_app.command("who-saw")
def who_saw(
    startup: Annotated[str, typer.Argument(help="Id of the startup.")],
    json: JsonFlag = False,
) -> None:
    """List who read, listed, exported or decided about a startup, and from where; oldest first."""
    from matcher.workflows.audit_reports import who_saw
    from matcher.workflows.readiness import ready_engine
    from models.database import read_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    settings = read_settings()
    with ready_engine(settings.url, for_reading=True) as engine, read_session(engine) as session:
        found = who_saw(session, startup)
    if json:
        print_json({"startup": startup, "entries": [_sighting_document(one) for one in found]})
        return
    for one in found:
        typer.echo(_sighting_line(one))
    typer.echo(f"{startup}: {len(found)} entries", err=True)


@audit_app.command()
def report(
    month: Annotated[str, typer.Option(help="Year and month, such as 2026-11 (UTC).")],
    json: JsonFlag = False,
) -> None:
    """Sum up a month: acts by role, exports with reasons, who read most, who was stopped."""
    from matcher.workflows.audit_reports import month_report
    from matcher.workflows.readiness import ready_engine
    from models.database import read_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    settings = read_settings()
    with ready_engine(settings.url, for_reading=True) as engine, read_session(engine) as session:
        found = month_report(session, month)
    if json:
        print_json(_report_document(found))
    else:
        _print_report(found)


def _print_verification(found: "Verification", heads: "Heads") -> None:
    for one in heads.restorations:
        at = one.head.at.isoformat()
        typer.echo(f"audit: restored {at} to entry {one.head.id}; {one.lost} later entries were lost")
    if heads.unread:
        typer.echo(f"audit: {heads.unread} lines of the heads kept outside cannot be read")
    if found.fault:
        typer.echo(f"audit: {found.fault}")
        return
    anchored = f"anchored up to entry {heads.newest}" if heads.newest else "no head is kept outside yet"
    typer.echo(f"audit: {found.entries} entries in order, {anchored}")


def _verification_document(found: "Verification", heads: "Heads") -> dict[str, Any]:
    fault = found.fault
    return {
        "ok": fault is None,
        "entries": found.entries,
        "head": {"id": found.newest.id, "hash": found.newest.hash} if found.newest else None,
        "anchored": heads.newest,
        "fault": {"entry": fault.entry, "reason": fault.reason} if fault else None,
        "restorations": [
            {"at": one.head.at.isoformat(), "entry": one.head.id, "lost": one.lost}
            for one in heads.restorations
        ],
        "unread_heads": heads.unread,
    }


def _sighting_line(one: "Sighting") -> str:
    parts = [one.at.isoformat(), one.act, f"{one.who} ({one.role})"]
    parts += [f"from {one.address}"] * bool(one.address)
    parts += [f"about {one.about}"] * bool(one.about)
    parts += [f"reason: {one.reason}"] * bool(one.reason)
    return ", ".join(parts)


def _sighting_document(one: "Sighting") -> dict[str, Any]:
    return {
        "entry": one.entry,
        "at": one.at.isoformat(),
        **_person_document(one.who),
        "role": one.role,
        "address": one.address,
        "act": one.act,
        "about": one.about,
        "reason": one.reason,
    }


def _person_document(who: "Person") -> dict[str, Any]:
    return {"account": who.id, "name": who.name, "email": who.email}


def _print_report(found: "MonthReport") -> None:
    typer.echo(f"{found.month}: {found.entries} entries")
    for act, role, times in found.acts:
        typer.echo(f"  {act} ({role or 'nobody in particular'}): {times}")
    typer.echo(f"exports: {len(found.exports)}")
    for one in found.exports:
        typer.echo(f"  {_sighting_line(one)}")
    typer.echo("read most:")
    for reader in found.readers:
        typer.echo(f"  {reader.who}: {reader.startups} startups, {reader.times} times")
    typer.echo(f"stopped for reading too much: {len(found.stopped)}")
    for one in found.stopped:
        typer.echo(f"  {_sighting_line(one)}")


def _report_document(found: "MonthReport") -> dict[str, Any]:
    return {
        "month": found.month,
        "entries": found.entries,
        "acts": [{"act": act, "role": role, "times": times} for act, role, times in found.acts],
        "exports": [_sighting_document(one) for one in found.exports],
        "readers": [
            {**_person_document(reader.who), "times": reader.times, "startups": reader.startups}
            for reader in found.readers
        ],
        "stopped": [_sighting_document(one) for one in found.stopped],
    }
