"""`landfall replay`: what learning from decisions gains on a graded collection."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from web.cli_options import JsonFlag


class ReviewersChoice(StrEnum):
    """Whose relevance is decided by."""

    GRADES = "grades"
    HIDDEN = "hidden"


class TextLanguage(StrEnum):
    """Languages a startup's texts are in."""

    KO = "ko"
    EN = "en"
    DE = "de"
    ES = "es"


def replay(  # noqa: PLR0917 - options are named on the command line
    folder: Annotated[Path, typer.Argument(help="Folder with startups.jsonl, programs.jsonl and qrels.tsv.")],
    reviewers: Annotated[
        ReviewersChoice,
        typer.Option(
            help="grades: the graders decide; hidden: reviewers who weigh the signals their own way."
        ),
    ],
    noise: Annotated[
        float, typer.Option(help="Probability that a decision is turned into its opposite.", min=0, max=1)
    ] = 0.0,
    lang: Annotated[TextLanguage, typer.Option(help="Which texts of the startups are ranked.")] = (
        TextLanguage.EN
    ),
    seeds: Annotated[int, typer.Option(help="How often everything is drawn.", min=1, max=1000)] = 20,
    json: JsonFlag = False,
) -> None:
    """Replay decisions over a graded collection and measure what learning from them gains."""
    from matcher.workflows.analysts import LocalAnalyst
    from matcher.workflows.graded_collections import read_collection
    from matcher.workflows.replays import Reviewers, read_pairs, replay
    from models.vocabulary import Language
    from web.cli_settings import read_settings
    from web.cli_tables import print_json, print_replay

    collection = read_collection(folder)
    pairs = read_pairs(collection, LocalAnalyst(read_settings()), Language(lang.value))
    report = replay(pairs, Reviewers(reviewers.value), noise=noise, seeds=seeds)
    if json:
        print_json(report)
    else:
        print_replay(report)
