"""How long a re-rank takes with 20,000 startups: made-up ones, the hashing encoder, decision after decision.

    python -m benchmarks.review_queue [STARTUPS]

Prints one JSON object; times are milliseconds of this process, best and median of the rounds.
"""

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
from sqlalchemy import Engine
from sqlmodel import Session

from matcher.settings import PROJECT, Settings
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.queue_views import QueueView, narrow
from matcher.workflows.review_queues import rank_queue, read_candidates
from matcher.workflows.reviews import record_decision, set_liking
from matcher.workflows.seed_records import SeedRecords, read_seed
from matcher.workflows.seeding import embed, seed
from models.access import OPERATOR
from models.database import migrate, open_engine, read_session, write_session
from models.tables import Candidacy, Profile, Startup
from models.vocabulary import Decision

PROGRAM = "md-global-gateway"
ROUNDS = 15
PAGE = 25
TODAY = date(2026, 6, 30)
_WORDS = ("battery", "sensor", "robot", "hospital", "drug", "chip", "satellite", "ship", "hydrogen", "laser")


def main() -> None:
    """Build a database, rank it cold and then after every decision."""
    startups = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), encoder="hashing")
        analyst, engine = LocalAnalyst(settings), open_engine(settings.url)
        _fill(engine, analyst, startups)
        began = time.perf_counter()
        with read_session(engine) as session:
            rank_queue(session, OPERATOR, analyst, PROGRAM, today=TODAY)
        cold = time.perf_counter() - began
        ranked, pages = _rounds(engine, analyst)
        engine.dispose()
    print(
        json.dumps(
            {
                "startups": startups,
                "cold_seconds": round(cold, 1),
                "rerank_ms": {"best": round(min(ranked)), "median": round(median(ranked))},
                "page_of_25_ms": {"best": round(min(pages)), "median": round(median(pages))},
            }
        )
    )


def _fill(engine: Engine, analyst: LocalAnalyst, startups: int) -> None:
    migrate(engine)
    records = read_seed(PROJECT / "seed_data")
    seed(engine, SeedRecords(records.cities, records.agencies, records.programs, ()), invented=False)
    random = np.random.default_rng(0)
    with write_session(engine) as session:
        for number in range(startups):
            _add(session, number, random)
    embed(engine, analyst)


def _add(session: Session, number: int, random: np.random.Generator) -> None:
    startup_id = f"b{number:05}"
    words = random.choice(_WORDS, size=6)
    text = f"We develop {words[0]} {words[1]} systems. Customers use {words[2]} and {words[3]} {number}."
    session.add(
        Startup(
            id=startup_id,
            name=f"Startup {number}",
            invented=True,
            country="KR",
            stage="seed",
            founded=int(random.integers(2005, 2026)),
        )
    )
    session.flush()
    session.add(Profile(startup_id=startup_id, language="en", version=1, text=text))
    session.add(Candidacy(program_id=PROGRAM, startup_id=startup_id))


def _rounds(engine: Engine, analyst: LocalAnalyst) -> tuple[list[float], list[float]]:
    ranked: list[float] = []
    pages: list[float] = []
    for number in range(ROUNDS):
        startup, decision = f"b{number * 7:05}", (Decision.ACCEPT, Decision.MAYBE)[number % 2]
        with write_session(engine) as session:
            record_decision(session, OPERATOR, PROGRAM, startup, decision=decision, reason="", revision=0)
            set_liking(session, OPERATOR, PROGRAM, startup, liking=1 if number % 2 else -1)
        with read_session(engine) as session:
            began = time.perf_counter()
            queue = rank_queue(session, OPERATOR, analyst, PROGRAM, today=TODAY)
            ranked.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            shown = narrow(queue, QueueView())[:PAGE]
            read_candidates(session, OPERATOR, analyst, queue, shown, today=TODAY)
            pages.append(1000 * (time.perf_counter() - began))
    return ranked, pages


if __name__ == "__main__":
    main()
