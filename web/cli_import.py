"""`landfall import`: bring in startups from a table, all rows or none."""

from pathlib import Path
from typing import Annotated

import typer

from web.cli_options import JsonFlag


def import_startups(
    file: Annotated[str, typer.Argument(help="CSV or XLSX file with one startup a row.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the rows and write nothing.")] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="HEADER=FIELD where the guess is wrong; an empty field leaves it out."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Bring in startups from a table; nothing is written if any row has an error."""
    from matcher.errors import FieldError
    from matcher.workflows.imports import check_import, read_import, read_mapping, write_import
    from matcher.workflows.readiness import ready_engine
    from models.access import OPERATOR
    from models.base import new_id
    from models.database import read_session, write_session
    from web.cli_settings import read_settings
    from web.cli_tables import print_json

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise FieldError("file", f"{file} cannot be read: {error.strerror}") from error
    table = read_import(data)
    chosen = read_mapping(table.headers)
    for given in column or ():
        header, equals, target = given.rpartition("=")
        if not equals:
            raise FieldError("column", "HEADER=FIELD expected")
        chosen |= {header: target or None}
    mapping = read_mapping(table.headers, chosen)
    with ready_engine(read_settings().url) as engine:
        with read_session(engine) as session:
            check = check_import(session, table, mapping)
        if json:
            print_json(check.document())
        else:
            _print(check.document())
        if dry_run:
            return
        if check.errors:
            typer.echo(f"import: nothing was written, {len(check.errors)} errors", err=True)
            raise typer.Exit(2)
        if check.checked:
            with write_session(engine) as session:
                write_import(session, OPERATOR, check, import_id=new_id())
        typer.echo(f"import: {len(check.checked)} startups written", err=True)


def _print(found: dict[str, list[dict[str, str]]]) -> None:
    for error in found["errors"]:
        typer.echo(f"row {error['row']}, {error['column']}: {error['reason']}")
    for one in found["duplicates"]:
        typer.echo(f"row {one['row']}: may be the same as {one['with']} ({one['kind']})")
    typer.echo(f"{found['ok']} of {found['rows']} rows can be written")
