"""What the command prints: tables for people, JSON for programs."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from matcher.engine.matches import MatchResult


def print_json(document: Any) -> None:
    """Print a JSON document; it never holds NaN."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_matches(result: MatchResult, top: int) -> None:
    """Print the first matches as a table, and what is missing."""
    table = Table("", "program", "city", "fit", "eligibility", "why")
    for item in result.matches[:top]:
        why = " ".join(reason.say() for reason in item.reasons)
        table.add_row(
            str(item.rank),
            f"{item.program.name} ({item.program.id})",
            item.program.city,
            item.band.value,
            item.eligibility.verdict.value.replace("_", " "),
            why,
        )
    console = Console()
    console.print(f"language: {result.language.value}, encoder: {result.encoder}")
    console.print(table)
    for missing in result.missing:
        console.print(f"{missing.fact}: would settle conditions of {missing.programs} programs")


def print_report(report: dict[str, Any]) -> None:
    """Print the figures of an evaluation as a table."""

    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}"

    table = Table(
        "system", "text", "startup to program", "program to startup", "recall@5", "top 5 as en", "parity en"
    )
    for system, languages in report["systems"].items():
        for language, figures in languages.items():
            table.add_row(
                system,
                language,
                figure(figures["ndcg@10"]["startup_to_program"]),
                figure(figures["ndcg@10"]["program_to_startup"]),
                figure(figures["recall@5"]),
                figure(figures["top5_overlap_en"]),
                figure(figures["parity_en"]),
            )
    Console().print(table)
