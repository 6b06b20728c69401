"""Measure with frozen figures fitted on other texts than those measured, as for a startup never seen.

The shipped means and term weights are fitted on the development texts themselves, which flatters the
figures a little. Here each half of the startups is measured with figures fitted on the other half and on
the real programs only.
"""

from matcher.engine.analysis import SourceText
from matcher.engine.calibration import fit_calibration
from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.evaluations import evaluate
from matcher.workflows.graded_collections import Collection, read_collection
from matcher.workflows.seeding import shipped_programs

HALVES = 2


def main() -> None:
    """Print nDCG@10 startup to program of both halves, averaged."""
    seed_dir = PROJECT / "seed_data"
    collection = read_collection(seed_dir / "eval")
    real = [SourceText(program.text, program.language) for program in shipped_programs(seed_dir)]
    sums: dict[tuple[str, str], list[float]] = {}
    for half in range(HALVES):
        measured = tuple(
            startup for place, startup in enumerate(collection.startups) if place % HALVES == half
        )
        others = [startup for startup in collection.startups if startup not in measured]
        analyst = LocalAnalyst(Settings())
        texts = [
            SourceText(text, language) for item in others for language, text in sorted(item.texts.items())
        ]
        fitted = fit_calibration(analyst.encoder.fingerprint, analyst.read(texts), analyst.read(real))
        held_out = LocalAnalyst(Settings(), fitted)
        report = evaluate(Collection(measured, collection.programs, collection.grades), held_out)
        for system in ("text", "full"):
            for language, figures in report["systems"][system].items():
                sums.setdefault((system, language), []).append(figures["ndcg@10"]["startup_to_program"])
    for (system, language), values in sums.items():
        print(f"{system:<5} {language}  nDCG@10 startup to program {sum(values) / len(values):.3f}")


if __name__ == "__main__":
    main()
