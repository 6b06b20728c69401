"""The words of the pages of a round: states, causes, changes, and what a refusal means."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from matcher.engine.assignment import Cause
from matcher.engine.phrases import Phrase, phrase
from matcher.engine.rerun_diff import Entered, Left
from matcher.engine.round_plan import SeatFor
from matcher.engine.why_not import Kind
from matcher.errors import FieldError, StaleEditError
from matcher.workflows.round_conflicts import PlanConflictError
from matcher.workflows.round_packs import MOST_SEATS
from matcher.workflows.round_runs import ChangedPair, Lacks, NamedDiff, Suggestion
from matcher.workflows.rounds import LONGEST_NAME, MOST_PROGRAMS, MOST_RULES, RoundTime
from models.round import RoundStage, RoundState

STATES: Mapping[str, Phrase] = {
    RoundState.OPEN: phrase("open"),
    RoundState.PUBLISHED: phrase("published"),
    RoundState.FINALISED: phrase("final"),
}
STAGES: Mapping[str, Phrase] = {
    RoundStage.ELIGIBILITY: phrase("eligibility check"),
    RoundStage.DOCUMENTS: phrase("document review"),
    RoundStage.INTERVIEW: phrase("interview"),
    RoundStage.PRESENTATION: phrase("presentation review"),
    RoundStage.SELECTION: phrase("selection"),
    RoundStage.AGREEMENT: phrase("agreement"),
}
TIMES: Mapping[RoundTime, Phrase] = {
    "before": phrase("has not begun yet"),
    "open": phrase("is on now"),
    "after": phrase("is over"),
}
SEATS_FOR: Mapping[str, Phrase] = {
    SeatFor.ACCEPTED: phrase("who is accepted"),
    SeatFor.ACCEPTED_AND_MAYBE: phrase("who is accepted or maybe"),
    SeatFor.NOT_DECLINED: phrase("who is not declined"),
}
DECIDED: Mapping[str, Phrase] = {
    "accept": phrase("accepted"),
    "maybe": phrase("maybe"),
    "decline": phrase("declined"),
    "": phrase("not decided"),
}
CAUSES: Mapping[Cause, Phrase] = {
    Cause.NOT_ELIGIBLE: phrase("may get a seat in no program, by the conditions or the decisions"),
    Cause.EXCLUDED: phrase("is ruled out wherever a seat would be possible"),
    Cause.NO_SEATS: phrase("the programs open to it have no seats at all"),
    Cause.PINNED_OUT: phrase("all seats open to it are pinned to others"),
    Cause.RULES: phrase("the side rules keep it from the seats that are free"),
    Cause.FULL: phrase("every program open to it is full of startups with which the total is higher"),
}
RULE_ATTRIBUTES: Mapping[str, Phrase] = {
    "sector": phrase("sector"),
    "country": phrase("country"),
    "stage": phrase("stage"),
    "language": phrase("language of the profile"),
    "region": phrase("region"),
    "city": phrase("city"),
    "agency": phrase("agency"),
    "program": phrase("program"),
}
_ENTERED: Mapping[Entered, Phrase] = {
    Entered.PINNED: phrase("entered because it is pinned"),
    Entered.NEWLY_ELIGIBLE: phrase("entered because it may get a seat now"),
    Entered.NO_LONGER_EXCLUDED: phrase("entered because it is no longer ruled out"),
    Entered.MORE_SEATS: phrase("entered because the program has more seats"),
    Entered.FREE_SEAT: phrase("entered because a seat was free"),
}
_LEFT: Mapping[Left, Phrase] = {
    Left.NOT_ELIGIBLE: phrase("left because it may not get a seat any more"),
    Left.EXCLUDED: phrase("left because it is ruled out"),
    Left.FEWER_SEATS: phrase("left because the program has fewer seats"),
    Left.FEWER_PROGRAMS: phrase("left because a startup may get fewer programs"),
    Left.RULES: phrase("left because of the side rules"),
}
_STALE: Mapping[str, Phrase] = {
    "round: it was changed in the meantime": phrase(
        "Somebody changed this round in the meantime. Nothing was saved; what you sent stands in the form."
    ),
    "round: it is published; what it depended on no longer changes": phrase(
        "This round is published. What its plan was made from no longer changes."
    ),
    "round: it is published; there is nothing to plan any more": phrase(
        "This round is published. There is nothing to plan any more."
    ),
    "round: it is final": phrase("This round is final. Its stages no longer change."),
    "round: it is published already": phrase(
        "This round is published already. Nothing was published or sent a second time."
    ),
    "round: it is not published": phrase("This round is not published yet."),
    "round: it was changed in the meantime, or is not published": phrase(
        "Somebody changed this round in the meantime, or it is final already. Look at it, then decide again."
    ),
    "run: what it is made from changed since the dry run": phrase(
        "Something changed since this dry run. Below is the plan as it would be now: look at it, then decide."
    ),
    "run: its list cannot be made again; make a new run": phrase(
        "The list of this plan cannot be made again. Make a new plan."
    ),
    "results: some decisions are provisional; confirm them first": phrase(
        "Some decisions are provisional. Confirm them first, then publish."
    ),
    "result: this startup has no place there any more": phrase(
        "This startup has given its place up already. Nothing was changed a second time."
    ),
}
_CHANGED = re.compile(r"run: (.+) changed since; make a new run")
_CHANGED_WORDS: Mapping[str, Phrase] = {
    "settings": phrase("The settings changed since this plan was made. Make a new plan."),
    "programs": phrase("Programs or seats changed since this plan was made. Make a new plan."),
    "rules": phrase("The side rules changed since this plan was made. Make a new plan."),
    "pins": phrase("Pins or exclusions changed since this plan was made. Make a new plan."),
    "model": phrase("The language model changed since this plan was made. Make a new plan."),
    "texts of programs": phrase("A program changed its text since this plan was made. Make a new plan."),
    "profiles": phrase("A startup changed its profile since this plan was made. Make a new plan."),
    "candidates": phrase(
        "Candidates, decisions or reviews changed since this plan was made. Make a new plan."
    ),
}
_TOLD_BEFORE = re.compile(r"results: one of (.+) was published before this round")
_IN_RULE = re.compile(r"rule '(.*)'", re.DOTALL)
_NO_ATTRIBUTE = re.compile(r"the (startups|programs) have no attribute '(.*)'", re.DOTALL)
_TOO_FEW = re.compile(r"max (\d+) is less than min (\d+)")
_NUMBER_OF = re.compile(r"(seats|waitlist)\.(.+)", re.DOTALL)
_NO_ROOM: Mapping[str, Phrase] = {
    "also excluded": phrase("Pin: %(pair)s. The same pair is ruled out."),
    "not considered": phrase("Pin: %(pair)s. The startup is not considered there."),
    "not eligible": phrase("Pin: %(pair)s. The startup is not eligible there."),
    " may get ": phrase("Pin: %(pair)s. The startup is pinned to more programs than a startup may get."),
    "startups are pinned": phrase("Pin: %(pair)s. More startups are pinned there than there are seats."),
}
"""What keeps a pin from being kept, by words of the refusal."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refused field: its id in the page, what it is called, and what to do about it."""

    field: str
    label: Phrase
    advice: Phrase
    place: str = ""


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A startup that entered or left a program, and why."""

    startup: str
    program: str
    why: Phrase


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """One change that suffices alone, in words; what a button sends is in `kind`, `startup`, `program`."""

    kind: Kind
    startup: str
    program: str
    words: Phrase
    condition: Phrase | None
    fact: Phrase | None
    pairs: int
    gain: float


SETTING_LABELS: Mapping[str, Phrase] = {
    "max_per_startup": phrase("Programs one startup may get"),
    "fit": phrase("Weight of the fit"),
    "review": phrase("Weight of the reviews"),
    "interest": phrase("Weight of the founders’ interest"),
    "moving_cost": phrase("Cost of giving up a seat of the run before"),
    "seat_for": phrase("Who may get a seat"),
}

_TOO_MANY = phrase("Choose at most %(most)s programs.", most=MOST_PROGRAMS)
_NO_PROGRAM = phrase("Choose at least one program of the list.")
_SIMPLE: Mapping[str, Problem] = {
    "name": Problem(
        "name",
        phrase("Name"),
        phrase(
            "Enter a name of at most %(most)s characters, with a letter or a digit in it.", most=LONGEST_NAME
        ),
    ),
    "reason": Problem(
        "reason",
        phrase("Reason"),
        phrase("Say why, in at most %(most)s characters, with a letter or a digit in it.", most=500),
    ),
    "startup": Problem(
        "pin-startup",
        phrase("Startup"),
        phrase("This startup is not considered for this program. Choose another one."),
    ),
    "rule_name": Problem(
        "rule_name", phrase("Name of the rule"), phrase("Say what the rule is called, in a few words.")
    ),
    "number": Problem("number", phrase("How many"), phrase("Enter a whole number from 0.")),
    "time_zone": Problem("time_zone", phrase("Time zone"), phrase("Choose a time zone of the list.")),
    "stage": Problem("stage", phrase("Stage now"), phrase("Choose a stage that takes part.")),
    "stages": Problem("stages", phrase("Stages of the round"), phrase("Choose at least one stage.")),
    "columns": Problem("columns", phrase("Columns"), phrase("Choose at least one column.")),
}


def problem_of(error: FieldError) -> Problem:
    """Say what a refused value of a form means, beside the field it stands in."""
    field = error.field
    if field in _SIMPLE:
        return _SIMPLE[field]
    if field == "programs":
        advice = _TOO_MANY if "at most" in error.reason else _NO_PROGRAM
        return Problem("programs", phrase("Programs"), advice)
    if number := _NUMBER_OF.fullmatch(field):
        label = phrase("Seats") if number[1] == "seats" else phrase("Longest waitlist")
        advice = phrase("Enter a whole number from 0 to %(most)s.", most=MOST_SEATS)
        return Problem(f"{number[1]}-{number[2]}", label, advice)
    if field.startswith("settings."):
        return _setting(field.partition(".")[2])
    return _stage(field, error.reason) if field.startswith("stages.") else _rule(error)


def stale_words(error: StaleEditError) -> Phrase:
    """Say why something was too late."""
    text = str(error)
    if found := _CHANGED.fullmatch(text):
        return _CHANGED_WORDS.get(found[1], _CHANGED_WORDS["settings"])
    if found := _TOLD_BEFORE.fullmatch(text):
        return phrase(
            "A result of this program was published before this round, so take it out: %(program)s",
            program=found[1],
        )
    return _STALE.get(text, _STALE["round: it was changed in the meantime"])


def no_plan_words(error: FieldError) -> tuple[Phrase, tuple[Phrase, ...]]:
    """Say why there is no plan: in a sentence, and by naming every rule and pin that takes part."""
    if isinstance(error, PlanConflictError):
        members = (
            *(phrase("Side rule “%(rule)s”", rule=rule) for rule in error.rules),
            *(
                phrase("Pin: %(startup)s to %(program)s", startup=startup, program=program)
                for startup, program in error.pins
            ),
        )
        if len(members) == 1:
            return phrase("No plan can keep this. Change it or take it back, then plan again."), members
        return (
            phrase(
                "No plan can keep all of these together; without any one of them there is a plan. "
                "Change one or take it back, then plan again."
            ),
            members,
        )
    kind, _, pair = error.field.partition(" ")
    if kind in {"pin", "exclude"}:
        known = (said for words, said in _NO_ROOM.items() if words in error.reason)
        said = next(known, _NO_ROOM["not considered"])
        return (
            phrase("This cannot be kept. Take it back, then plan again."),
            (Phrase(said.template, (("pair", pair),)),),
        )
    problem = _rule(error)
    return phrase("No plan can be made with this side rule. Change it, then plan again."), (problem.advice,)


def change_lines(
    changes: NamedDiff, names: Mapping[str, str]
) -> tuple[tuple[ChangeLine, ...], tuple[ChangeLine, ...]]:
    """Give who entered and who left, each with the cause in words."""
    return (
        tuple(_line(one, names, _why_entered(one, names)) for one in changes.entered),
        tuple(_line(one, names, _why_left(one, names)) for one in changes.left),
    )


def suggestion_lines(
    suggestions: Iterable[Suggestion], names: Mapping[str, str]
) -> tuple[SuggestionLine, ...]:
    """Give changes that suffice, in words."""
    return tuple(
        SuggestionLine(
            one.kind,
            one.startup,
            one.program,
            _suggested(one, names),
            one.condition,
            one.fact,
            one.pairs,
            one.gain,
        )
        for one in suggestions
    )


def _suggested(one: Suggestion, names: Mapping[str, str]) -> Phrase:
    startup, program = names.get(one.startup, one.startup), names.get(one.program, one.program)
    if one.kind is Kind.PIN:
        return phrase("Pin: %(startup)s to %(program)s", startup=startup, program=program)
    if one.kind is Kind.SEAT:
        return phrase("One seat more: %(program)s", program=program)
    if one.kind is Kind.RULE:
        return phrase("Leave out the side rule “%(rule)s”", rule=one.rule)
    if one.lacks is Lacks.CONDITION:
        return phrase(
            "Another fact about %(startup)s, if it is true; for %(program)s one condition is not met:",
            startup=startup,
            program=program,
        )
    if one.lacks is Lacks.ZERO:
        return phrase(
            "A review of %(startup)s without a 0, which excludes, for: %(program)s",
            startup=startup,
            program=program,
        )
    return phrase(
        "Another decision of the agency about %(startup)s, for: %(program)s", startup=startup, program=program
    )


def _line(one: ChangedPair, names: Mapping[str, str], why: Phrase) -> ChangeLine:
    return ChangeLine(names.get(one.startup, one.startup), names.get(one.program, one.program), why)


def _why_entered(one: ChangedPair, names: Mapping[str, str]) -> Phrase:
    if one.why is Entered.VACANCY:
        return phrase("entered because others left: %(startups)s", startups=_listed(one.startups, names))
    return _ENTERED[Entered(one.why)]


def _why_left(one: ChangedPair, names: Mapping[str, str]) -> Phrase:
    if one.why is Left.MOVED:
        return phrase("left for another program: %(programs)s", programs=_listed(one.programs, names))
    if one.why is Left.GAVE_WAY_TO_PIN:
        return phrase("left to make room for a pin: %(startups)s", startups=_listed(one.startups, names))
    if one.why is Left.GAVE_WAY:
        return phrase("left because others entered: %(startups)s", startups=_listed(one.startups, names))
    return _LEFT[Left(one.why)]


def _listed(ids: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(one, one) for one in ids)


def _setting(name: str) -> Problem:
    advice = (
        phrase("Enter a whole number from 1 to %(most)s.", most=50)
        if name == "max_per_startup"
        else phrase("Enter a number from 0 to %(most)s.", most=1000)
    )
    return Problem(name, SETTING_LABELS.get(name, SETTING_LABELS["fit"]), advice)


def _stage(field: str, reason: str) -> Problem:
    name = field.partition(".")[2]
    advice = (
        phrase("It closes before it opens.")
        if "before" in reason
        else phrase("Enter day and time, such as 2026-07-15T23:59.")
    )
    return Problem(f"opens-{name}", STAGES.get(name, phrase("Stages of the round")), advice)


def _rule(error: FieldError) -> Problem:
    label = phrase("Side rules")
    named = _IN_RULE.fullmatch(error.field)
    rule = named[1] if named else ""
    if error.field == "rules" and error.reason.startswith("is no JSON"):
        return Problem(
            "rules-text",
            label,
            phrase("This cannot be read as JSON: %(where)s", where=error.reason[12:]),
        )
    if error.field == "rules" and error.reason == f"at most {MOST_RULES}":
        return Problem("rules-text", label, phrase("At most %(most)s rules are possible.", most=MOST_RULES))
    if error.reason == "min or max expected":
        said = phrase("Rule “%(rule)s”: say how many there may be, or must be.", rule=rule)
    elif error.reason == "another rule has the same name":
        said = phrase("Rule “%(rule)s”: another rule has the same name.", rule=rule)
    elif error.reason.endswith("by attributes expected, not numbers"):
        said = phrase("Rule “%(rule)s”: count by attributes, not by numbers of startups.", rule=rule)
    elif found := _TOO_FEW.fullmatch(error.reason):
        said = phrase(
            "Rule “%(rule)s”: the most, %(most)s, is less than the fewest, %(fewest)s.",
            rule=rule,
            most=found[1],
            fewest=found[2],
        )
    elif found := _NO_ATTRIBUTE.fullmatch(error.reason):
        said = (
            phrase("Rule “%(rule)s”: startups have no “%(attribute)s”.", rule=rule, attribute=found[2])
            if found[1] == "startups"
            else phrase("Rule “%(rule)s”: programs have no “%(attribute)s”.", rule=rule, attribute=found[2])
        )
    else:
        where = f"{error.field}: {error.reason}"[:300]
        said = phrase("This is not written as a side rule: %(where)s", where=where)
    return Problem("rules-text", label, said)
