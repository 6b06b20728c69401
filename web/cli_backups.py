"""`landfall backup` and `landfall restore`."""

from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[Path, typer.Argument(help="Folder for the backup; new, or empty.")],
) -> None:
    """Copy database, server key, tombstones and audit heads, also while the site is served."""
    from matcher.workflows.backups import back_up
    from web.cli_settings import read_settings

    made = back_up(read_settings(), folder)
    rows = sum(made.rows.values())
    typer.echo(
        f"backup: {rows} rows, schema {made.revision}, audit entry {made.head[0]}, in {folder}", err=True
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="Folder of a backup.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Move the database that is there out of the way.")
    ] = False,
) -> None:
    """Put a backup in the place of the database; the server must be stopped."""
    from matcher.workflows.restores import restore
    from web.cli_settings import read_settings

    done = restore(read_settings(), folder, replace=replace)
    made = done.manifest
    _say(f"restore: the backup of {made.created_at.isoformat()}, {sum(made.rows.values())} rows, is in place")
    if done.before:
        _say(f"restore: the database that was there lies in {done.before}; delete it when it is not needed")
    if done.erased:
        _say(f"restore: {done.erased} startups and accounts erased since were erased again")
    if done.lost:
        _say(f"restore: {done.lost} audit entries after the backup are lost; check what was revoked since")
    if done.fault:
        _say(f"restore: the audit log of the backup is not in order: {done.fault}")
    _say("restore: every session has ended; sign in again")


def _say(line: str) -> None:
    typer.echo(line, err=True)
