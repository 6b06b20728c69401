"""The startups considered for a program with what the machine makes of each, fast for thousands of them.

One query lists them; scores and verdicts are made once for each text and facts and then kept in the process.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, String, case, cast, func, literal
from sqlmodel import Session, col, select

from matcher.engine.analysis import SourceText
from matcher.engine.calibration import PROFILE
from matcher.engine.eligibility import judge
from matcher.engine.policy import DEFAULT_POLICY, SIGNALS
from matcher.engine.scoring import ProgramPool, score_programs
from matcher.engine.values import StartupFacts
from matcher.workflows.analysts import Analyst
from matcher.workflows.embeddings import read_texts
from matcher.workflows.kept_figures import Columns, Kept
from models.access import Action, Actor, authorize, candidacies_for
from models.startup import FACT_COLUMNS
from models.tables import Candidacy, ContentStamp, Profile, Startup
from models.vocabulary import Language, Verdict

PREFERRED = (Language.KO, Language.EN, Language.DE, Language.ES)
"""Which of a startup's texts is ranked: the language founders write in first."""

VERDICTS = (Verdict.ELIGIBLE, Verdict.CANNOT_TELL, Verdict.NOT_ELIGIBLE)
"""Verdicts by the number they are kept as."""

_AT_ONCE = 500
_APART = "\x1f"


class ListedStartup(NamedTuple):
    """A startup that is considered: the profile that is ranked and its facts as they are stored.

    As a whole it names everything the startup's figures depend on.
    """

    id: str
    name: str
    profile_id: int
    facts: str


@dataclass(frozen=True, slots=True, eq=False)
class CandidateFigures:
    """What the machine makes of startups, row by row.

    `contributions` is (startups, signals) under the default weights, `vectors` (startups, dimension) the
    corrected whole texts, `verdicts` (startups,) places in `VERDICTS`.
    """

    contributions: NDArray[np.float64]
    vectors: NDArray[np.float32]
    verdicts: NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Startups in the order of their ids; `key` names everything the list depends on."""

    key: Hashable
    startups: tuple[ListedStartup, ...]


def list_considered(session: Session, actor: Actor, analyst: Analyst, program_id: str) -> Listing:
    """List the startups with a text this actor reviews for a program.

    The list is kept while nothing it depends on changes, which the database itself marks: the rights of the
    actor are part of its name.
    """
    stamp = session.exec(select(ContentStamp.stamp)).one()
    rights = replace(actor, name="", address="", sign_in=None)
    key = ("listing", str(session.get_bind().engine.url), stamp, rights, program_id)
    kept: Kept[Listing] = analyst.pools.figures.whole
    return kept.get(key, lambda: Listing(key, read_considered(session, actor, program_id)))


def read_considered(session: Session, actor: Actor, program_id: str) -> tuple[ListedStartup, ...]:
    """Read the startups with a text this actor reviews for a program, in the order of their ids."""
    # Whoever reviews a candidacy sees its startup, unless a token may not read profiles.
    if not authorize(actor, Action.READ_STARTUP):
        return ()
    ranked = case({language.value: place for place, language in enumerate(PREFERRED)}, value=Profile.language)
    newest = (
        select(Profile.id)
        .where(col(Profile.startup_id) == col(Candidacy.startup_id))
        .order_by(ranked, col(Profile.version).desc())
        .limit(1)
        .correlate(Candidacy)
        .scalar_subquery()
    )
    facts: ColumnElement[str] = literal("")
    for name in FACT_COLUMNS:
        facts = facts + literal(_APART) + func.coalesce(cast(col(getattr(Startup, name)), String), "")
    query = (
        candidacies_for(actor)
        .where(col(Candidacy.program_id) == program_id)
        .join(Startup, col(Startup.id) == col(Candidacy.startup_id))
        .with_only_columns(col(Startup.id), col(Startup.name), newest.label("profile_id"), facts)
        .order_by(col(Startup.id))
    )
    rows = map(ListedStartup._make, session.execute(query).all())
    return tuple(row for row in rows if row.profile_id is not None)


def read_figures(
    session: Session, analyst: Analyst, pool: ProgramPool, listing: Listing, today: date
) -> CandidateFigures:
    """Score and judge startups for the one program of a pool; what was made before is not made again.

    Args:
        session: an open unit.
        analyst: reads texts that are not stored.
        pool: one program, ready to be scored.
        listing: the startups.
        today: the day company ages are counted to.

    Raises:
        EncoderBusyError: a text is not read yet and too many wait.
    """
    key = ("figures", listing.key, analyst.fingerprint, DEFAULT_POLICY, pool.programs[0], today)
    kept: Kept[CandidateFigures] = analyst.pools.figures.whole
    return kept.get(key, lambda: _read_figures(session, analyst, pool, listing.startups, today))


def _read_figures(
    session: Session, analyst: Analyst, pool: ProgramPool, listed: Sequence[ListedStartup], today: date
) -> CandidateFigures:
    if not listed:
        dimension = pool.sentence_rows.shape[1]
        return CandidateFigures(
            np.zeros((0, len(SIGNALS))),
            np.zeros((0, dimension), dtype=np.float32),
            np.zeros(0, dtype=np.int8),
        )
    figures, database = analyst.pools.figures, str(session.get_bind().engine.url)
    program = pool.programs[0]

    def score(places: list[int]) -> Columns:
        return _score(session, analyst, pool, [listed[place] for place in places])

    def decide(places: list[int]) -> Columns:
        facts = read_facts(session, [listed[place].id for place in places])
        verdicts = [judge(program.rules, facts[listed[place].id], today).verdict for place in places]
        return (np.array([VERDICTS.index(verdict) for verdict in verdicts], dtype=np.int8),)

    contributions, vectors = figures.rows(
        ("scores", database, analyst.fingerprint, DEFAULT_POLICY, program), listed, score
    )
    (verdicts,) = figures.rows(("verdicts", database, program.rules, today), listed, decide)
    return CandidateFigures(
        contributions.astype(np.float64, copy=False),
        vectors.astype(np.float32, copy=False),
        verdicts.astype(np.int8, copy=False),
    )


def startup_facts(startup: Startup) -> StartupFacts:
    """Give a stored startup's facts as the engine reads them."""
    values = {name: getattr(startup, name) for name in FACT_COLUMNS}
    for name in ("sectors", "needs", "target_regions", "institutions"):
        values[name] = None if values[name] is None else tuple(values[name])
    languages = values["languages"]
    values["languages"] = None if languages is None else tuple(sorted(languages.items()))
    return StartupFacts(**values)


def read_facts(session: Session, startup_ids: Sequence[str]) -> Mapping[str, StartupFacts]:
    """Read the facts of startups that were listed for this actor."""
    found: dict[str, StartupFacts] = {}
    for start in range(0, len(startup_ids), _AT_ONCE):
        rows = session.exec(select(Startup).where(col(Startup.id).in_(startup_ids[start : start + _AT_ONCE])))
        found |= {row.id: startup_facts(row) for row in rows}
    return found


def _score(session: Session, analyst: Analyst, pool: ProgramPool, listed: Sequence[ListedStartup]) -> Columns:
    contributions: list[NDArray[np.float64]] = []
    vectors: list[NDArray[np.float32]] = []
    # In parts, so that the analyses of thousands of texts are never all in memory.
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        facts = read_facts(session, [startup.id for startup in part])
        profiles = {
            row.id: row
            for row in session.exec(
                select(Profile).where(col(Profile.id).in_([startup.profile_id for startup in part]))
            )
        }
        sources = [
            SourceText(profiles[startup.profile_id].text, Language(profiles[startup.profile_id].language))
            for startup in part
        ]
        for startup, text in zip(part, read_texts(session, analyst, sources), strict=True):
            contributions.append(
                score_programs(pool, text, facts[startup.id], DEFAULT_POLICY).contributions[0]
            )
            vectors.append(
                pool.calibration.correct(text.whole[np.newaxis, :], PROFILE, "whole", text.language)[0]
            )
    return np.stack(contributions), np.stack(vectors)
