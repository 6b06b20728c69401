"""`landfall assign`: plan who gets which seat, from files, without a database."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from matcher.engine.assignment import Assignment
    from matcher.engine.assignment_plan import RuleCost


def assign(  # noqa: PLR0917  each parameter is an option
    scores: Annotated[Path, typer.Option(help="Scores (.npy): startups x programs, higher is better.")],
    eligible: Annotated[
        Path, typer.Option(help="Eligible pairs (.npy): booleans, startups x programs; others are forbidden.")
    ],
    seats: Annotated[Path, typer.Option(help="JSON list with the seats of each program.")],
    max_per_startup: Annotated[int, typer.Option(help="How many programs one startup may get.", min=1)] = 1,
    pins: Annotated[
        Path | None,
        typer.Option(help='JSON {"pin": [[startup, program]], "exclude": [[startup, program]]}.'),
    ] = None,
    rules: Annotated[Path | None, typer.Option(help="JSON side rules, see docs/side_rules.md.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Assign startups to programs: as many pairs as possible, then the highest total; writes nothing."""
    from matcher.engine.assignment import assign
    from matcher.engine.assignment_plan import rule_costs
    from matcher.workflows.assignment_files import AssignmentFiles, read_problem

    files = AssignmentFiles(scores, eligible, seats, pins, rules)
    problem = read_problem(files, max_per_startup=max_per_startup)
    found = assign(problem)
    costs = rule_costs(problem, found)
    if json:
        _print_json(found, costs, with_rules=rules is not None)
    else:
        _print_lines(found, costs)
    if not found.settled:
        typer.echo(
            "landfall: very many plans are equally good; this one is best, but maybe not the lowest of them",
            err=True,
        )


def _print_json(found: "Assignment", costs: "tuple[RuleCost, ...]", *, with_rules: bool) -> None:
    from json import dumps

    document: dict[str, Any] = {
        "pairs": [[pair.startup, pair.program] for pair in found.pairs],
        "total": found.total,
        "unmatched": [{"startup": one.startup, "reason": one.reason} for one in found.unmatched],
    }
    if with_rules:
        document["rules"] = [
            {"name": cost.name, "costs": {"pairs": cost.pairs, "total": cost.total}} for cost in costs
        ]
    sys.stdout.write(dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def _print_lines(found: "Assignment", costs: "tuple[RuleCost, ...]") -> None:
    for pair in found.pairs:
        typer.echo(f"startup {pair.startup}: program {pair.program}")
    for one in found.unmatched:
        typer.echo(f"startup {one.startup}: none, {one.reason}")
    for cost in costs:
        typer.echo(f"rule '{cost.name}' costs {cost.pairs} pairs and {cost.total:.6g} of the total")
    typer.echo(f"{len(found.pairs)} pairs, total {found.total:.6g}")
