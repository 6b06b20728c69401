"""Print speed, memory and start-up figures as ratios within one run."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np

from matcher.bridge.gloss import gloss_many
from matcher.engine.analysis import SourceText, TextAnalysis
from matcher.engine.encoders import BATCH
from matcher.engine.policy import DEFAULT_POLICY
from matcher.engine.ranking import rank_programs
from matcher.engine.scoring import ProgramPool, build_pool, score_programs
from matcher.engine.sentences import split_sentences
from matcher.engine.values import StartupFacts
from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.graded_collections import Collection, read_collection
from matcher.workflows.matching import loose_pool
from matcher.workflows.seeding import shipped_programs
from models.vocabulary import Language

PROGRAMS, STARTUPS, SENTENCES = 200, 10_000, 8
_SEED = 20_261_122


def main() -> None:
    """Run every benchmark."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    before = resident_mb()
    analyst = LocalAnalyst(Settings())
    collection = read_collection(PROJECT / "seed_data" / "eval")
    analyst.read([SourceText("안녕하세요. 배터리 기업입니다.", Language.KO)])
    loaded = resident_mb()
    line(
        "memory, model and Korean bridge loaded",
        f"{loaded / before:.1f} x bare",
        f"{loaded} MB, bare {before} MB",
    )
    encoding(analyst, collection)
    one_match(analyst, collection)
    many_pairs(analyst, collection)
    start_up()


def encoding(analyst: LocalAnalyst, collection: Collection) -> None:
    """Compare our reading of Korean texts with the library's bare encode of the same glosses."""
    texts = [startup.texts[Language.KO] for startup in collection.startups]
    sentences = [sentence for text in texts for sentence in split_sentences(text)]
    glosses = [gloss.text or "-" for gloss in gloss_many(sentences, Language.KO)]
    model = analyst.encoder._model  # type: ignore[attr-defined]  # noqa: SLF001  the bare library is the yardstick
    bare = clock(lambda: model.encode(glosses, batch_size=BATCH, show_progress_bar=False))
    ours = clock(lambda: analyst.encoder.encode(glosses))
    whole = clock(lambda: analyst.read([SourceText(text, Language.KO) for text in texts]))
    bridge = clock(lambda: gloss_many(sentences, Language.KO))
    line("encode, same glosses", f"{ours / bare:.2f} x the library", f"{len(glosses) / ours:.0f} sentences/s")
    line(
        "bridge alone",
        f"{bridge / bare:.2f} x the library's encode",
        f"{len(sentences) / bridge:.0f} sentences/s",
    )
    line(
        "reading whole texts (bridge, sentences, whole text)",
        f"{whole / bare:.2f} x the library's encode of the sentences",
        f"{len(texts) / whole:.1f} texts/s",
    )


def one_match(analyst: LocalAnalyst, collection: Collection) -> None:
    """Split one match against the real programs by stage."""
    pool = loose_pool(shipped_programs(PROJECT / "seed_data"), analyst)
    startup = collection.startups[0]
    source = SourceText(startup.texts[Language.KO], Language.KO)
    sentences = split_sentences(source.text)
    (text,) = analyst.read([source])
    stages = {
        "bridge": clock(lambda: gloss_many(sentences, Language.KO)),
        "reading (with bridge)": clock(lambda: analyst.read([source])),
        "scoring": clock(lambda: score_programs(pool, text, startup.facts, DEFAULT_POLICY)),
        "ranking (scoring, eligibility, evidence, reasons)": clock(lambda: rank(pool, text, startup.facts)),
    }
    total = clock(lambda: rank(pool, analyst.read([source])[0], startup.facts))
    line("one match, end to end", "1.00", f"{total * 1000:.0f} ms over {len(pool.programs)} programs")
    for stage, seconds in stages.items():
        line(f"  {stage}", f"{seconds / total:.2f} of the match", f"{seconds * 1000:.1f} ms")


def rank(pool: ProgramPool, text: TextAnalysis, facts: StartupFacts) -> object:
    """Rank as `match` does, on a fixed day."""
    return rank_programs(
        pool, text, facts, policy=DEFAULT_POLICY, today=date(2026, 11, 22), encoder="benchmark"
    )


def many_pairs(analyst: LocalAnalyst, collection: Collection) -> None:
    """Score 200 programs for 10,000 startups made of real sentence vectors with noise."""
    noise = np.random.default_rng(_SEED)
    known = analyst.read([SourceText(item.texts[Language.EN], Language.EN) for item in collection.startups])

    def variant(place: int) -> TextAnalysis:
        base = known[place % len(known)]
        rows = base.sentence_vectors[:SENTENCES] + noise.normal(
            0, 0.02, base.sentence_vectors[:SENTENCES].shape
        )
        rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        whole = rows.mean(axis=0)
        return replace(base, whole=(whole / np.linalg.norm(whole)).astype(np.float32), sentence_vectors=rows)

    shells = tuple(
        replace(collection.programs[place % len(collection.programs)], id=f"B{place}")
        for place in range(PROGRAMS)
    )
    pool = build_pool(shells, [variant(place) for place in range(PROGRAMS)], analyst.calibration)
    startups = [variant(place) for place in range(1_000)]
    facts = collection.startups[0].facts
    seconds = clock(lambda: [score_programs(pool, text, facts, DEFAULT_POLICY) for text in startups], runs=1)
    seconds *= STARTUPS / len(startups)
    whole = np.stack([text.whole for text in startups])
    programs = np.stack([text.whole for text in pool.analyses])
    bare = clock(lambda: whole @ programs.T) * STARTUPS / len(startups)
    line(
        f"{PROGRAMS} programs x {STARTUPS:,} startups",
        f"{seconds / bare:.0f} x one matrix product",
        f"{seconds:.1f} s (from {len(startups):,} startups), {PROGRAMS * STARTUPS / seconds:,.0f} pairs/s",
    )


def start_up() -> None:
    """Compare start-up times with an empty Python process."""
    python = sys.executable
    bare = process_seconds([python, "-c", "pass"])
    for name, code in (
        (
            "landfall --help",
            "import sys; sys.argv = ['landfall', '--help']; from web.cli import main; main()",
        ),
        ("import of the web application", "import web.app"),
    ):
        seconds = process_seconds([python, "-c", code])
        line(name, f"{seconds / bare:.1f} x python -c pass", f"{seconds * 1000:.0f} ms")


def clock(work: Callable[[], object], runs: int = 3) -> float:
    """Give the median seconds of a few runs after one that warms up."""
    if runs > 1:
        work()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def process_seconds(command: list[str]) -> float:
    """Give the median seconds of a process."""
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    return clock(
        lambda: subprocess.run(command, check=True, capture_output=True, env=environment),  # noqa: S603  our own code
        runs=5,
    )


def resident_mb() -> int:
    """Give the resident memory of this process in MB, 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    rows = [row for row in status.read_text(encoding="ascii").splitlines() if row.startswith("VmRSS")]
    return int(rows[0].split()[1]) // 1024


def line(what: str, ratio: str, figure: str) -> None:
    """Print one row."""
    print(f"{what:<52} {ratio:<46} {figure}", flush=True)


if __name__ == "__main__":
    main()
