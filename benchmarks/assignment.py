"""Time `landfall assign` on a large round, and SciPy's `milp` on the largest one it manages in a minute.

20,000 startups, 1,000 programs, 50 eligible programs for each startup and 10 seats in each program: the
whole command as a process of its own, with the files read and the plan printed. SciPy is given rounds of
the same make, each twice as large as the last; beside its time stands the time of the same plan by our
flow, without the process around it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array

from matcher.engine.assignment import assign
from matcher.engine.assignment_problem import AssignmentProblem, Candidates
from matcher.settings import PROJECT

STARTUPS, PROGRAMS, EACH, SEATS = 20_000, 1_000, 50, 10
LIMIT_SECONDS = 60.0
RUNS = 3
_SEED = 20_261_122

# What the system counts for child processes includes this one's memory at the time of the fork.
_COMMAND = """
import atexit, pathlib, sys
status = pathlib.Path("/proc/self/status")
atexit.register(lambda: sys.stderr.write(status.read_text() if status.exists() else ""))
from web.cli import main
main()
"""


def main() -> None:
    """Run both and print their figures."""
    with tempfile.TemporaryDirectory() as folder:
        write_round(Path(folder))
        runs = [run_command(Path(folder)) for _ in range(RUNS)]
    taken, memory = median(seconds for seconds, _ in runs), max(memory for _, memory in runs)
    print(f"landfall assign, {STARTUPS:,} x {PROGRAMS:,}, {EACH} each: {taken:.2f} s, {memory} MB")
    compare_with_milp()


def write_round(folder: Path) -> None:
    """Write the files of the large round."""
    candidates = random_candidates(STARTUPS, PROGRAMS)
    scores = np.random.default_rng(_SEED).random((STARTUPS, PROGRAMS))
    eligible = np.zeros((STARTUPS, PROGRAMS), dtype=np.bool_)
    eligible[candidates.startup, candidates.program] = True
    np.save(folder / "scores.npy", scores)
    np.save(folder / "mask.npy", eligible)
    (folder / "seats.json").write_text(json.dumps([SEATS] * PROGRAMS), encoding="utf-8")


def run_command(folder: Path) -> tuple[float, int]:
    """Give the seconds of the whole command, and its largest resident memory in MB."""
    command = [sys.executable, "-c", _COMMAND, "assign", "--json"]
    command += ["--scores", "scores.npy", "--eligible", "mask.npy", "--seats", "seats.json"]
    start = time.perf_counter()
    done = subprocess.run(  # noqa: S603  our own command
        command, check=True, capture_output=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(PROJECT)}
    )
    taken = time.perf_counter() - start
    pairs = len(json.loads(done.stdout)["pairs"])
    if pairs != SEATS * PROGRAMS:
        raise SystemExit(f"{pairs} pairs instead of {SEATS * PROGRAMS}")
    peak = [row for row in done.stderr.decode().splitlines() if row.startswith("VmHWM")]
    return taken, int(peak[0].split()[1]) // 1024 if peak else 0


def compare_with_milp() -> None:
    """Double the round until SciPy needs more than the limit."""
    startups = 250
    while True:
        programs = max(startups // 20, EACH)
        candidates = random_candidates(startups, programs)
        problem = AssignmentProblem(
            startups, (max(1, startups * 9 // 10 // programs),) * programs, candidates
        )
        start = time.perf_counter()
        found = assign(problem)
        ours = time.perf_counter() - start
        start = time.perf_counter()
        total = total_by_milp(problem, len(found.pairs))
        theirs = time.perf_counter() - start
        says = "not done" if total is None else f"total differs by {abs(total - found.total):.1e}"
        size = f"{startups:,} x {programs:,}, {candidates.score.size:,} pairs"
        print(f"milp, {size}: {theirs:.2f} s, {theirs / ours:.0f} x our {ours:.3f} s; {says}", flush=True)
        if total is None or startups >= STARTUPS:
            return
        startups *= 2


def total_by_milp(problem: AssignmentProblem, pairs: int) -> float | None:
    """Give the highest total of so many pairs, None if the limit did not suffice."""
    arcs = problem.candidates
    ones, columns = np.ones(arcs.score.size), np.arange(arcs.score.size)
    startups = coo_array((ones, (arcs.startup, columns)), shape=(problem.startups, ones.size)).tocsr()
    programs = coo_array((ones, (arcs.program, columns)), shape=(problem.programs, ones.size)).tocsr()
    found = milp(
        -arcs.score,
        integrality=ones,
        bounds=(0, 1),
        constraints=[
            LinearConstraint(startups, -np.inf, 1),
            LinearConstraint(programs, -np.inf, np.array(problem.seats, dtype=np.float64)),
            LinearConstraint(ones[np.newaxis], pairs, pairs),
        ],
        options={"time_limit": LIMIT_SECONDS, "mip_rel_gap": 0.0},
    )
    return -float(found.fun) if found.status == 0 else None


def random_candidates(startups: int, programs: int) -> Candidates:
    """Give each startup programs at random, with scores from 0 to 1."""
    chance = np.random.default_rng(_SEED)
    program = np.sort(np.argsort(chance.random((startups, programs)), axis=1)[:, :EACH], axis=1)
    return Candidates(
        np.repeat(np.arange(startups, dtype=np.int64), EACH),
        program.ravel().astype(np.int64),
        chance.random(startups * EACH),
    )


if __name__ == "__main__":
    main()
