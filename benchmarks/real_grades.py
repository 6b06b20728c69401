"""Measure the ranking of the real programs for the 20 startups graded against them."""

from pathlib import Path

from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.evaluations import evaluate
from matcher.workflows.graded_collections import Collection, read_collection, read_grades
from matcher.workflows.seeding import shipped_programs
from web.cli_tables import print_report


def main(seed_dir: Path = PROJECT / "seed_data") -> None:
    """Print the figures of the real programs as a table."""
    grades = read_grades(seed_dir / "real_grades.tsv")
    graded = {startup for startup, _ in grades}
    startups = tuple(
        startup for startup in read_collection(seed_dir / "eval").startups if startup.id in graded
    )
    collection = Collection(startups, shipped_programs(seed_dir), grades)
    print(f"{len(startups)} startups, {len(collection.programs)} real programs, {len(grades)} graded pairs")
    print_report(evaluate(collection, LocalAnalyst(Settings())))


if __name__ == "__main__":
    main()
