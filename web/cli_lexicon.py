"""`landfall lexicon`: check the lexicon, find what it lacks, and make the files texts are read with."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from web.cli_options import JsonFlag, LanguageChoice

if TYPE_CHECKING:
    from matcher.bridge.coverage import Coverage
    from matcher.bridge.lexicon_check import CheckReport

lexicon_app = typer.Typer(
    no_args_is_help=True,
    help="Check the lexicon, find what it lacks, and make the files texts are read with.",
)


@lexicon_app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder with lexicon/*.tsv and gazetteer/*.tsv; the shipped ones.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Check every line of lexicon and gazetteer, and that the tokenised files fit; exit code 1 if not."""
    from matcher.bridge.lexicon_check import check_lexicon
    from matcher.errors import FieldError
    from web.cli_tables import print_json

    report = check_lexicon() if folder is None else check_lexicon(folder)
    if not report.lines and report.sound:
        raise FieldError("folder", f"{folder} holds no lexicon/*.tsv and no gazetteer/*.tsv with a line")
    if json:
        print_json(_check_document(report))
    else:
        for fault in report.errors:
            typer.echo(str(fault))
        for fault in report.warnings:
            typer.echo(f"{fault} (warning)")
        counts = f"{len(report.errors)} errors, {len(report.warnings)} warnings"
        typer.echo(f"lexicon: {report.lines} lines, {counts}", err=True)
    if not report.sound:
        raise typer.Exit(1)


@lexicon_app.command()
def coverage(
    file: Annotated[str, typer.Argument(help="Text file of any size, or - for standard input.")],
    lang: Annotated[LanguageChoice, typer.Option(help="Language of the text.")] = LanguageChoice.AUTO,
    top: Annotated[int, typer.Option(help="How many words to print.", min=1)] = 50,
    json: JsonFlag = False,
) -> None:
    """List the words of a text that the lexicon lacks, the most frequent first."""
    from matcher.bridge.coverage import measure_coverage
    from matcher.bridge.language import detect_language
    from matcher.engine.cleaning import clean_text
    from matcher.engine.sentences import split_sentences
    from web.cli_files import read_file
    from web.cli_tables import print_coverage, print_json

    text = clean_text(read_file(file, "text", most_bytes=None), "text", limit=sys.maxsize)
    language = lang.language or detect_language(text[:_SAMPLE])
    found = measure_coverage(split_sentences(text), language)
    if json:
        print_json(_coverage_document(found, top))
    else:
        print_coverage(found, top)


@lexicon_app.command()
def build(
    keep_meanings: Annotated[
        bool, typer.Option("--keep-meanings", help="Leave the meanings as they are; needs no model.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the files; the installation's own.")] = None,
) -> None:
    """Make the meanings and the tokenised files from the lexicon; needed after each change of it."""
    import os

    from matcher.bridge.tokenised import FOLDER
    from matcher.engine.encoders import open_encoder
    from matcher.engine.model_files import PACKAGED_MODEL
    from matcher.errors import FieldError
    from matcher.workflows.lexicon_builds import build_lexicon

    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        made = build_lexicon(None if keep_meanings else open_encoder(PACKAGED_MODEL), out or FOLDER)
    except OSError as error:
        raise FieldError("out", f"{out or FOLDER} cannot be written: {error.strerror}") from error
    typer.echo(f"lexicon: {made.lines} lines, {made.names} concepts", err=True)


@lexicon_app.command()
def senses() -> None:
    """Count in the parallel sentences which meaning words have; build is needed afterwards."""
    from matcher.bridge.lexicon import SENSE_COUNTS_FILE
    from matcher.settings import Settings
    from matcher.workflows.parallel_texts import EVERYDAY, PROFILES, PROGRAMS, read_parallel
    from matcher.workflows.sense_counts import count_senses, write_counts

    folder = Settings().seed_dir / "parallel"
    counts = count_senses(read_parallel(folder, (*PROFILES, *PROGRAMS, *EVERYDAY)))
    write_counts(counts, SENSE_COUNTS_FILE)
    typer.echo(f"senses: {len(counts)} meanings of ambiguous words met", err=True)


_SAMPLE = 100_000
"""Characters of a text that tell its language."""


def _check_document(report: "CheckReport") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "sound": report.sound,
        "lines": report.lines,
        "errors": [asdict(fault) for fault in report.errors],
        "warnings": [asdict(fault) for fault in report.warnings],
    }


def _coverage_document(found: "Coverage", top: int) -> dict[str, Any]:
    return {
        "language": found.language.value,
        "words": found.words,
        "covered": found.covered,
        "share": found.share,
        "misses": [
            {"word": miss.word, "count": miss.count, "kind": miss.kind.value, "example": miss.example}
            for miss in found.misses[:top]
        ],
    }
