"""What the command prints: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from matcher.engine.matches import MatchResult
from matcher.engine.phrases import Label, Word
from matcher.workflows.embeddings import BATCH
from models.vocabulary import Language, Verdict
from web.names import name_in

if TYPE_CHECKING:
    from matcher.bridge.coverage import Coverage


def print_json(document: Any) -> None:
    """Print a JSON document; it never holds NaN."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def print_matches(result: MatchResult, top: int) -> None:
    """Print the first matches, one paragraph each, and what is missing."""
    console = Console(highlight=False)
    console.print(
        f"Text in {name_in(Language.EN, 'language', result.language.value)}, read by {result.encoder}\n",
        style="dim",
    )
    for item in result.matches[:top]:
        verdict = item.eligibility.verdict
        console.print(f"{item.rank:>3}. {item.program.name} ({item.program.id})", style="bold", markup=False)
        fit = f"fit: {item.band.value}, eligibility: {verdict.value.replace('_', ' ')}"
        console.print(f"     {item.program.city} · {fit}", markup=False)
        for reason in item.reasons:
            console.print(f"     + {reason.say(name=_english)}", markup=False)
        for outcome in item.eligibility.outcomes:
            if outcome.verdict is not Verdict.ELIGIBLE:
                sign = "x" if outcome.verdict is Verdict.NOT_ELIGIBLE else "?"
                console.print(
                    f"     {sign} {outcome.condition.say(name=_english)}", style="dim", markup=False
                )
        console.print()
    for missing in result.missing:
        console.print(f"{missing.fact} is missing: it would settle conditions of {missing.programs} programs")


def _english(word: Word | Label) -> str:
    """Name a word of the vocabulary in English."""
    return word.en if isinstance(word, Label) else name_in(Language.EN, word.kind, word.code)


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
    console = Console(highlight=False)
    console.print(table)
    console.print(_preference_line(report["language_preference"]), markup=False)


def print_replay(report: dict[str, Any]) -> None:
    """Print what learning gains after so many decisions as a table."""

    def figure(value: float | None, form: str) -> str:
        return "-" if value is None else format(value, form)

    table = Table("decisions", "unlearned", "learned", "gain", "standard error")
    columns = (report[name] for name in ("decisions", "unlearned", "learned", "gain", "se"))
    for decisions, unlearned, learned, gain, error in zip(*columns, strict=True):
        table.add_row(
            str(decisions),
            figure(unlearned, ".3f"),
            figure(learned, ".3f"),
            figure(gain, "+.4f"),
            figure(error, ".4f"),
        )
    console = Console(highlight=False)
    console.print(
        f"nDCG@10 over the undecided startups; reviewers: {report['reviewers']}, noise: {report['noise']}",
        markup=False,
    )
    console.print(table)


def _preference_line(preference: dict[str, Any]) -> str:
    """Say what the language of a program does to its rank."""
    if preference["mean_signed"] is None:
        return "language preference: no German or Spanish program has an English version"
    low, high = preference["ci95"]
    return (
        f"language preference: {preference['mean_signed']:+.2f} places"
        f" (95% interval {low:+.2f} to {high:+.2f}; 95% of the changes within {preference['p95_abs']:.1f});"
        " above 0, German and Spanish programs stand further down in their own language than in English"
    )


def print_coverage(found: "Coverage", top: int) -> None:
    """Print how much of a text the lexicon knows, and the words it lacks as a table."""
    console = Console(highlight=False)
    language = name_in(Language.EN, "language", found.language.value)
    share = "" if found.share is None else f" ({found.share:.1%})"
    console.print(f"{language}: {found.covered} of {found.words} words covered{share}", markup=False)
    table = Table("word", "count", "kind", "example")
    for miss in found.misses[:top]:
        table.add_row(Text(miss.word), str(miss.count), miss.kind.value, Text(miss.example))
    if found.misses:
        console.print(table)


@contextmanager
def reading_progress() -> Iterator[Callable[[int, int], None]]:
    """Show how many texts are read: a bar on a terminal, now and then a line elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _print_quarters
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("Reading texts", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_quarters(done: int, total: int) -> None:
    """Print a line at the start and whenever about a quarter more is done."""
    step = max(1, total // 4)
    if total and done % step < BATCH:
        sys.stderr.write(f"texts: {done} of {total} read\n")
