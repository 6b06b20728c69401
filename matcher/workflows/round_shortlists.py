"""The shortlist of a round as it leaves the house: rows from its plan and results, in every format."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from matcher.engine.cleaning import clean_text
from matcher.engine.phrases import Phrase
from matcher.engine.rubrics import ScoredCriterion
from matcher.errors import FieldError, TooManyAttemptsError, UnknownThingError
from matcher.exports.csv_file import write_csv
from matcher.exports.hwpx import write_hwpx
from matcher.exports.pdf import write_pdf
from matcher.exports.shortlist import (
    COLUMN_KEYS,
    Condition,
    ConditionState,
    EvidencePair,
    Fact,
    ListedProgram,
    Outcome,
    Reason,
    Result,
    RowDetails,
    RubricScore,
    Shortlist,
    ShortlistRow,
    check_columns,
)
from matcher.exports.words import word
from matcher.exports.xlsx import write_xlsx
from matcher.workflows.analysts import Analyst
from matcher.workflows.audits import LONGEST_REASON, Act, record
from matcher.workflows.programs import ProgramFilter, list_programs
from matcher.workflows.reading_budgets import check_reading
from matcher.workflows.review_queues import Candidate, rank_queue, read_candidates, require
from matcher.workflows.round_inputs import last_run
from matcher.workflows.round_packs import PackedCandidate, RoundPack, read_pack
from matcher.workflows.round_publications import published_run
from matcher.workflows.round_runs import find_run, pack_bytes
from matcher.workflows.rounds import find_round
from matcher.workflows.submission_contents import needs_human_check
from models.access import Action, Actor, profiles_for, startups_for
from models.tables import Account, AgencyMember, Profile, Program, RoundRun, Startup
from models.tables import Outcome as OutcomeRow
from models.vocabulary import Language, Verdict
from models.vocabulary_names import SECTORS, STAGES, Names

_AT_ONCE = 500
_ITEM_LENGTH = 120
_HASH_SHOWN = 12


class RoundFormat(StrEnum):
    """Forms the shortlist of a round can be taken away in; json is the pack."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"
    HWPX = "hwpx"
    JSON = "json"


MEDIA_TYPES: Mapping[RoundFormat, str] = {
    RoundFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    RoundFormat.CSV: "text/csv; charset=utf-8",
    RoundFormat.PDF: "application/pdf",
    RoundFormat.HWPX: "application/hwp+zip",
    RoundFormat.JSON: "application/json",
}


@dataclass(frozen=True, slots=True)
class ShortlistView:
    """What of a shortlist is shown, and how.

    Attributes:
        language: of headings and results.
        columns: keys in the order they are shown; empty takes the saved choice.
        outcomes: which results are listed.
        program_id: this program alone; empty lists all.
        masked: leave contact data out.
        sheets: also set a sheet for each startup, in PDF.
    """

    language: Language = Language.KO
    columns: tuple[str, ...] = ()
    outcomes: frozenset[Outcome] = field(
        default=frozenset({Outcome.SELECTED, Outcome.WAITLISTED, Outcome.WITHDRAWN})
    )
    program_id: str = ""
    masked: bool = False
    sheets: bool = True


_WORDS: Mapping[str, Names] = {
    "check": Names(
        "수출통제 확인 필요", "export control to check", "Exportkontrolle prüfen", "control de exportación"
    ),
    "open": Names("자격 미확인", "eligibility not settled", "Zulassung offen", "admisibilidad por aclarar"),
    "override": Names(
        "자격 수동 판정", "eligibility ruled by hand", "Zulassung von Hand", "admisibilidad manual"
    ),
    "pinned": Names("고정됨", "pinned", "angeheftet", "fijada"),
    "pin": Names("고정 사유", "Reason for the pin", "Grund der Festlegung", "Motivo de la fijación"),
    "decision": Names(
        "기관의 결정", "Decision of the agency", "Entscheidung der Agentur", "Decisión de la agencia"
    ),
    "founded": Names("설립연도", "Founded", "Gegründet", "Fundación"),
    "employees": Names("직원 수", "Employees", "Beschäftigte", "Personal"),
    "trl": Names("기술성숙도(TRL)", "Technology readiness (TRL)", "Technologiereife (TRL)", "Madurez (TRL)"),
    "shown": Names(
        "표시된 결과: {results}",
        "Results shown: {results}",
        "Gezeigte Ergebnisse: {results}",
        "Resultados mostrados: {results}",
    ),
    "erased": Names(
        "삭제된 기업 {count}곳 제외",
        "{count} erased, left out",
        "{count} gelöscht, nicht gelistet",
        "{count} eliminadas, no figuran",
    ),
}


def read_round_format(value: str) -> RoundFormat:
    """Read a format by its name.

    Raises:
        FieldError: there is no such format.
    """
    try:
        return RoundFormat(value)
    except ValueError as error:
        raise FieldError("format", f"{value!r} is not one of {', '.join(RoundFormat)}") from error


def make_shortlist(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    round_id: str,
    view: ShortlistView,
    *,
    today: date,
    details: bool = False,
    say: Callable[[Phrase], str] = Phrase.say,
) -> Shortlist:
    """Make the shortlist of a round: of the plan that was published, else of the newest one.

    Args:
        session: an open unit.
        actor: a manager.
        analyst: reads texts, for details alone.
        round_id: the round.
        view: what is shown.
        today: the day company ages are counted to, for details alone.
        details: whether facts, evidence, scores and reasons are read too.
        say: says a condition in the language of the list; in English by default.

    Raises:
        FieldError: a column or program is unknown.
        UnknownThingError: there is no such round, or nothing is planned yet.
        AccessDeniedError: this actor runs no rounds.
        EncoderBusyError: a text is not read yet and too many wait.
    """
    row = find_round(session, actor, round_id)
    run = shown_run(session, actor, round_id)
    pack = read_pack(run.pack)
    columns = view.columns or tuple(row.columns) or COLUMN_KEYS
    check_columns(columns)
    cards = {card.id: card for card in list_programs(session, ProgramFilter())}
    programs = [place for place in pack.seats if place.program in cards]
    if view.program_id:
        programs = [place for place in programs if place.program == view.program_id]
        if not programs:
            raise FieldError("program", "is no program of this round")
    shown = {place.program for place in programs}
    leads = _leads_of(session, sorted(shown))
    results = _results(session, round_id, pack, published=run.published_at is not None)
    wanted = {
        (startup, program): result
        for (startup, program), result in results.items()
        if result.outcome in view.outcomes and program in shown
    }
    there = _read_startups(session, actor, sorted({startup for startup, _ in wanted}), view.language)
    gone = {startup for startup, _ in wanted if startup not in there}
    read = _Reading(session, actor, analyst, today)
    rows: list[ShortlistRow] = []
    for place in programs:
        ranks = _ranks(pack, place.program)
        listed = sorted(
            (pair for pair in wanted if pair[1] == place.program and pair[0] in there),
            key=lambda pair: _order(wanted[pair], ranks.get(pair[0]), there[pair[0]].name),
        )
        candidates = read.candidates(place.program, [pair[0] for pair in listed]) if details else {}
        maker = _RowMaker(
            pack,
            view.language,
            say,
            read.criteria if details else (),
            _written_in(session, place.program),
            owner=leads.get(place.program, ""),
        )
        for pair in listed:
            rows.append(
                maker.row(
                    len(rows) + 1,
                    pair,
                    wanted[pair],
                    there[pair[0]],
                    rank=ranks.get(pair[0]),
                    city=dict(cards[place.program].city_names).get(view.language, ""),
                    candidate=candidates.get(pair[0]),
                )
            )
    named = ((place, cards[place.program]) for place in programs)
    return Shortlist(
        row.name,
        tuple(
            ListedProgram(
                place.program,
                card.name
                if view.language is Language.KO and "ko" in card.working_languages
                else card.name_en,
                dict(card.city_names).get(view.language, ""),
                card.agency_name_en,
                place.seats,
            )
            for place, card in named
        ),
        run.made_at.astimezone(ZoneInfo(row.time_zone)),
        view.language,
        run.number,
        pack.plan_sha256[:_HASH_SHOWN],
        tuple(rows),
        columns,
        _notes(view, results, gone),
        view.masked,
        run.published_at is not None,
    )


def export_shortlist(
    session: Session,
    actor: Actor,
    analyst: Analyst,
    round_id: str,
    form: RoundFormat,
    *,
    view: ShortlistView,
    today: date,
    reason: str,
    limit: int | None = None,
    bom: bool = True,
    say: Callable[[Phrase], str] = Phrase.say,
) -> bytes:
    """Write the shortlist of a round, exactly as it is shown.

    Args:
        session: an open write unit, because taking a list away is written down.
        actor: a manager.
        analyst: reads texts, for the sheets of a PDF alone.
        round_id: the round.
        form: the format; json is the pack, whatever is shown.
        view: what is shown.
        today: the day company ages are counted to.
        reason: what the list is for, at most 500 characters.
        limit: different startups an account may read within an hour; None sets no limit.
        bom: begin CSV with a byte order mark, so that spreadsheets show Hangul.
        say: says a condition in the language of the list.

    Raises:
        FieldError: no reason is given, or what is shown cannot be; names it.
        TooManyAttemptsError: this would be more than the limit. The write unit then holds the entry that
            says so and nothing else: commit it.
        TypesettingError: the PDF could not be set.
        UnknownThingError, AccessDeniedError, EncoderBusyError: see `make_shortlist`.
    """
    purpose = _purpose(actor, reason)
    if form is RoundFormat.JSON:
        return _taken_pack(session, actor, shown_run(session, actor, round_id), purpose, limit)
    sheets = form is RoundFormat.PDF and view.sheets
    made = make_shortlist(session, actor, analyst, round_id, view, today=today, details=sheets, say=say)
    taken = sorted(set(listed_startups(session, actor, round_id, view)))
    content = _written(made, form, sheets=sheets, bom=bom)
    details = {"format": form.value, "masked": view.masked}
    _note(session, actor, round_id, taken, reason=purpose, details=details, limit=limit)
    return content


def export_pack(
    session: Session, actor: Actor, round_id: str, number: int, *, reason: str, limit: int | None = None
) -> bytes:
    """Write the pack of one stored plan.

    Args:
        session: an open write unit, because taking a pack away is written down.
        actor: a manager.
        round_id: the round.
        number: the plan.
        reason: what it is for, at most 500 characters.
        limit: different startups an account may read within an hour; None sets no limit.

    Raises:
        FieldError, TooManyAttemptsError, UnknownThingError, AccessDeniedError: see `export_shortlist`.
    """
    purpose = _purpose(actor, reason)
    return _taken_pack(session, actor, find_run(session, actor, round_id, number), purpose, limit)


def read_results(
    session: Session, actor: Actor, round_id: str
) -> tuple[RoundRun, Mapping[tuple[str, str], Result]]:
    """Say what came of every (startup, program): as it stands now where it is published, else as planned.

    Raises:
        UnknownThingError, AccessDeniedError: see `shown_run`.
    """
    run = shown_run(session, actor, round_id)
    pack = read_pack(run.pack)
    return run, _results(session, round_id, pack, published=run.published_at is not None)


def _purpose(actor: Actor, reason: str) -> str:
    require(actor, Action.EXPORT)
    if not reason.strip():
        raise FieldError("reason", "an export needs a reason")
    return clean_text(reason, "reason", limit=LONGEST_REASON)


def _taken_pack(session: Session, actor: Actor, run: RoundRun, purpose: str, limit: int | None) -> bytes:
    content = pack_bytes(run)
    details = {"format": RoundFormat.JSON.value, "run": run.number}
    taken = sorted(read_pack(run.pack).startups)
    _note(session, actor, run.round_id, taken, reason=purpose, details=details, limit=limit)
    return content


def _note(
    session: Session,
    actor: Actor,
    round_id: str,
    taken: Sequence[str],
    *,
    reason: str,
    details: Mapping[str, Any],
    limit: int | None,
) -> None:
    """Write down who takes whose data away, unless it is more than an hour allows."""
    if limit is not None and (wait := check_reading(session, actor, taken, round_id, limit=limit)):
        raise TooManyAttemptsError(wait)
    for startup in taken:
        record(session, actor, Act.EXPORTED, subject=startup, about=round_id, reason=reason, details=details)


def listed_startups(session: Session, actor: Actor, round_id: str, view: ShortlistView) -> tuple[str, ...]:
    """List the ids of the startups a view shows."""
    run = shown_run(session, actor, round_id)
    results = _results(session, round_id, read_pack(run.pack), published=run.published_at is not None)
    return tuple(
        startup
        for (startup, program), result in sorted(results.items())
        if result.outcome in view.outcomes and view.program_id in {"", program}
    )


def shown_run(session: Session, actor: Actor, round_id: str) -> RoundRun:
    """Find the plan a shortlist is made of: the one that was published, else the newest.

    Raises:
        UnknownThingError: there is no such round, or nothing is planned yet.
        AccessDeniedError: this actor runs no rounds.
    """
    run = published_run(session, actor, round_id) or last_run(session, round_id)
    if run is None:
        raise UnknownThingError("run")
    return run


@dataclass(frozen=True, slots=True)
class _Listed:
    """What is shown of one startup."""

    name: str
    item: str
    startup: Startup


class _Reading:
    """Reads candidates of programs in full."""

    def __init__(self, session: Session, actor: Actor, analyst: Analyst, today: date) -> None:
        self.session = session
        self.actor = actor
        self.analyst = analyst
        self.today = today
        self.criteria: tuple[ScoredCriterion, ...] = ()

    def candidates(self, program_id: str, ids: Sequence[str]) -> Mapping[str, Candidate]:
        """Read startups in full; the criteria of the program stand in `criteria` afterwards."""
        queue = rank_queue(self.session, self.actor, self.analyst, program_id, today=self.today)
        self.criteria = queue.criteria
        read = read_candidates(self.session, self.actor, self.analyst, queue, ids, today=self.today)
        return {one.startup_id: one for one in read}


def _leads_of(session: Session, programs: Sequence[str]) -> dict[str, str]:
    """Give the names of those who lead the agency of each program."""
    named: dict[str, list[str]] = {}
    for start in range(0, len(programs), _AT_ONCE):
        wanted = (
            select(Program.id, Account.name)
            .join(AgencyMember, col(AgencyMember.agency_id) == col(Program.agency_id))
            .join(Account, col(Account.id) == col(AgencyMember.account_id))
            .where(
                col(Program.id).in_(programs[start : start + _AT_ONCE]),
                col(AgencyMember.lead),
                col(Account.disabled_at).is_(None),
            )
            .order_by(col(Account.name), col(Account.id))
        )
        for program, name in session.exec(wanted):
            named.setdefault(program, []).append(name)
    return {program: ", ".join(names) for program, names in named.items()}


class _RowMaker:
    """Makes the rows of one program."""

    def __init__(
        self,
        pack: RoundPack,
        language: Language,
        say: Callable[[Phrase], str],
        criteria: Sequence[ScoredCriterion],
        program_language: Language,
        *,
        owner: str,
    ) -> None:
        self.packed = {(item.startup, item.program): item for item in pack.candidates}
        self.owner = owner
        self.pins = {(pin.startup, pin.program): pin for pin in pack.pins if pin.kind == "pin"}
        self.language = language
        self.say = say
        self.criteria = criteria
        self.program_language = program_language

    def row(
        self,
        number: int,
        pair: tuple[str, str],
        result: Result,
        listed: _Listed,
        *,
        rank: int | None,
        city: str,
        candidate: Candidate | None,
    ) -> ShortlistRow:
        """Make one row."""
        startup, packed, pin = listed.startup, self.packed[pair], self.pins.get(pair)
        return ShortlistRow(
            number,
            pair[1],
            listed.name,
            result,
            item=listed.item,
            sector=", ".join(_name(SECTORS, one, self.language) for one in startup.sectors or ()),
            stage=_name(STAGES, startup.stage, self.language) if startup.stage else "",
            location=", ".join(part for part in (startup.city, startup.country) if part),
            target_city=city,
            document_score=None if packed.review is None else round(packed.review - packed.bonus, 6),
            bonus=None if packed.review is None else packed.bonus,
            total=packed.review,
            rank=rank,
            flags=self._flags(startup, packed, pinned=pin is not None),
            owner=self.owner,
            note=pin.reason if pin else "",
            details=self._details(listed, packed, candidate) if candidate else RowDetails(),
            startup=startup.id,
        )

    def _flags(self, startup: Startup, packed: PackedCandidate, *, pinned: bool) -> tuple[str, ...]:
        raised = {
            "check": needs_human_check(startup.export_flags),
            "open": packed.verdict == Verdict.CANNOT_TELL.value,
            "override": bool(packed.override),
            "pinned": pinned,
        }
        return tuple(_word(key, self.language) for key, is_so in raised.items() if is_so)

    def _details(self, listed: _Listed, packed: PackedCandidate, candidate: Candidate) -> RowDetails:
        pin = self.pins.get((packed.startup, packed.program))
        said = (
            ("override", packed.override),
            ("decision", packed.reason),
            ("pin", pin.reason if pin else ""),
        )
        return RowDetails(
            self._facts(listed.startup),
            tuple(
                EvidencePair(
                    one.profile,
                    candidate.language,
                    one.program,
                    self.program_language,
                    links=tuple(f"{link.profile_words} → {link.program_words}" for link in one.links),
                )
                for one in candidate.evidence
                if one.telling
            ),
            self._scores(candidate),
            tuple(Reason(_word(key, self.language), text) for key, text in said if text),
            tuple(
                Condition(
                    self.say(outcome.condition),
                    _STATES[outcome.verdict],
                    self.say(outcome.fact) if outcome.fact else "",
                )
                for outcome in candidate.eligibility.outcomes
            ),
        )

    def _facts(self, startup: Startup) -> tuple[Fact, ...]:
        values = {
            "founded": startup.founded,
            "employees": startup.employees,
            "trl": startup.trl,
        }
        return tuple(
            Fact(_word(key, self.language), str(value)) for key, value in values.items() if value is not None
        )

    def _scores(self, candidate: Candidate) -> tuple[RubricScore, ...]:
        given = [dict(review.scores) for review in candidate.submitted]
        made = []
        for criterion in self.criteria:
            points = [scores[criterion.key] for scores in given if criterion.key in scores]
            names = dict(criterion.names)
            made.append(
                RubricScore(
                    names.get(self.language.value) or names.get("", criterion.key),
                    sum(points) / len(points) if points else None,
                    criterion.scale_max,
                    criterion.weight,
                )
            )
        return tuple(made)


_STATES: Mapping[Verdict, ConditionState] = {
    Verdict.ELIGIBLE: ConditionState.MET,
    Verdict.NOT_ELIGIBLE: ConditionState.NOT_MET,
    Verdict.CANNOT_TELL: ConditionState.OPEN,
}


def _written(made: Shortlist, form: RoundFormat, *, sheets: bool, bom: bool) -> bytes:
    if form is RoundFormat.XLSX:
        return write_xlsx(made, per_program=len(made.programs) > 1)
    if form is RoundFormat.PDF:
        return write_pdf(made, sheets=sheets)
    return write_hwpx(made) if form is RoundFormat.HWPX else write_csv(made, bom=bom)


def _written_in(session: Session, program_id: str) -> Language:
    return Language(session.get_one(Program, program_id).text_language)


def _results(
    session: Session, round_id: str, pack: RoundPack, *, published: bool
) -> dict[tuple[str, str], Result]:
    """Say what came of every candidate: as it stands now where it is published, else as it is planned."""
    found = {(item.startup, item.program): Result(Outcome.NOT_SELECTED) for item in pack.candidates}
    if not published:
        for one in pack.plan["programs"]:
            for item in one["selected"]:
                found[item["startup"], one["program"]] = Result(Outcome.SELECTED)
            for item in one["waitlist"]:
                found[item["startup"], one["program"]] = Result(Outcome.WAITLISTED, item["rank"])
        return found
    # Who was erased left every list, and is counted where it would stand.
    found = {
        pair: Result(Outcome.WITHDRAWN if pack.startups[pair[0]].erased else Outcome.APPLIED)
        for pair in found
    }
    for row in session.exec(select(OutcomeRow).where(OutcomeRow.round_id == round_id)):
        if (row.startup_id, row.program_id) in found:
            result = Result(Outcome(row.state), row.waitlist_rank)
            found[row.startup_id, row.program_id] = result
    return found


_OUTCOME_HEADS: Mapping[Outcome, str] = {
    Outcome.SELECTED: "selected",
    Outcome.WAITLISTED: "waitlisted",
    Outcome.NOT_SELECTED: "not_selected",
    Outcome.WITHDRAWN: "cancelled",
}


def _notes(
    view: ShortlistView, results: Mapping[tuple[str, str], Result], gone: Collection[str]
) -> tuple[str, ...]:
    """Say what a reader should know: which results are shown where others are not, and who was erased."""
    notes = []
    if {result.outcome for result in results.values()} - view.outcomes:
        heads = [word(key, view.language) for one, key in _OUTCOME_HEADS.items() if one in view.outcomes]
        notes.append(_word("shown", view.language).format(results=", ".join(heads)))
    if gone:
        notes.append(_word("erased", view.language).format(count=len(gone)))
    return tuple(notes)


def _ranks(pack: RoundPack, program_id: str) -> dict[str, int]:
    """Rank who has a place in a program's plan: the selected by score, then the waitlist."""
    one = next(item for item in pack.plan["programs"] if item["program"] == program_id)
    places = [item["startup"] for item in (*one["selected"], *one["waitlist"])]
    return {startup: rank for rank, startup in enumerate(places, 1)}


def _order(result: Result, rank: int | None, name: str) -> tuple[int, int, int, str]:
    first = (Outcome.SELECTED, Outcome.WAITLISTED)
    group = first.index(result.outcome) if result.outcome in first else len(first)
    return (group, result.place or 0, rank if rank is not None else 10**9, name)


def _read_startups(
    session: Session, actor: Actor, ids: Sequence[str], language: Language
) -> dict[str, _Listed]:
    found: dict[str, _Listed] = {}
    for start in range(0, len(ids), _AT_ONCE):
        part = ids[start : start + _AT_ONCE]
        texts: dict[str, str] = {}
        for profile in session.exec(
            profiles_for(actor).where(col(Profile.startup_id).in_(part)).order_by(col(Profile.version))
        ):
            # A text in the language of the list wins, else the one there is; of one language the newest.
            if profile.language == language or profile.startup_id not in texts:
                texts[profile.startup_id] = profile.text
        for row in session.exec(startups_for(actor).where(col(Startup.id).in_(part))):
            found[row.id] = _Listed(row.name, _first_sentence(texts.get(row.id, "")), row)
    return found


def _first_sentence(text: str) -> str:
    line = text.strip().split("\n", 1)[0]
    end = line.find(". ")
    sentence = line if end < 0 else line[: end + 1]
    return sentence if len(sentence) <= _ITEM_LENGTH else f"{sentence[: _ITEM_LENGTH - 1].rstrip()}…"


def _name(names: Mapping[str, Names], code: str, language: Language) -> str:
    found = names.get(code)
    return code if found is None else str(getattr(found, language.value))


def _word(key: str, language: Language) -> str:
    return str(getattr(_WORDS[key], language.value))
