"""The file of side rules: attributes of startups and programs, and limits on pairs between groups of them.

docs/side_rules.md explains it, docs/side_rules.schema.json is made from these models.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from matcher.engine.side_rules import Limit, SideRule, check_rules
from matcher.errors import FieldError, RecordError
from matcher.workflows.inputs import WITHOUT_FRACTION

EACH_PROGRAM = "program"
"""In `each_program`: every program by itself, not an attribute."""


WholeNumber = Annotated[int, Field(strict=True, ge=0, le=2**53), WITHOUT_FRACTION]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Value = Annotated[str, Field(min_length=1, max_length=200)]
Values = dict[Name, Sequence[Value | list[Value] | None]]
Group = list[WholeNumber] | dict[Name, Value | list[Value]]


class RuleInput(BaseModel):
    """One side rule: at least `min` and at most `max` pairs between the startups and the programs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name = Field(description="What the rule is called where it is reported.")
    startups: Group | None = Field(
        default=None,
        description="Which startups are counted: numbers from 0, or values of attributes, which must all fit."
        " Left out: all.",
    )
    programs: Group | None = Field(
        default=None, description="Which programs are counted, in the same way. Left out: all."
    )
    each_startup: Name | None = Field(
        default=None,
        description="An attribute of startups: the limit holds for each of its values by itself.",
    )
    each_program: Name | None = Field(
        default=None,
        description="An attribute of programs, or the word program: the limit holds for each value, or each"
        " program, by itself.",
    )
    min: WholeNumber = Field(default=0, description="Fewest pairs.")
    max: WholeNumber | None = Field(default=None, description="Most pairs. Left out: no limit.")


class SideRulesInput(BaseModel):
    """A file of side rules."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Side rules of an assignment")

    startups: Values = Field(
        default_factory=dict,
        description="Attributes of startups: for each a list with one value per startup. A value is a text,"
        " several texts, or null where it is not known; null belongs to no group.",
    )
    programs: Values = Field(default_factory=dict, description="Attributes of programs, in the same way.")
    rules: list[RuleInput] = Field(description="The rules; all of them must hold.")


def read_side_rules(path: str, value: Any, *, startups: int, programs: int) -> tuple[SideRule, ...]:
    """Turn the content of a rules file into side rules.

    Args:
        path: name of the file, for refusals.
        value: the parsed JSON.
        startups: how many there are.
        programs: how many there are.

    Raises:
        RecordError: names the file, the rule or field, and why.
    """
    try:
        read = SideRulesInput.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"] if not str(part).startswith(("list[", "dict[")))
        raise RecordError(path, 0, field or "file", first["msg"]) from error
    try:
        _check_lengths("startups", read.startups, startups)
        _check_lengths("programs", read.programs, programs)
        rules = tuple(_rule(rule, read, startups, programs) for rule in read.rules)
        check_rules(rules, startups, programs)
    except FieldError as error:
        raise RecordError(path, 0, error.field, error.reason) from error
    return rules


def _check_lengths(kind: str, attributes: Mapping[str, Sequence[Any]], count: int) -> None:
    for name, values in attributes.items():
        if len(values) != count:
            raise FieldError(f"{kind}.{name}", f"has {len(values)} values, but there are {count} {kind}")


def _rule(rule: RuleInput, read: SideRulesInput, startups: int, programs: int) -> SideRule:
    field = f"rule '{rule.name}'"
    if not rule.min and rule.max is None:
        raise FieldError(field, "min or max expected")
    if rule.max is not None and rule.max < rule.min:
        raise FieldError(field, f"max {rule.max} is less than min {rule.min}")
    chosen_startups = _group(field, "startups", rule.startups, read.startups)
    chosen_programs = _group(field, "programs", rule.programs, read.programs)
    single = {EACH_PROGRAM: [str(number) for number in range(programs)]}
    startup_parts = _parts(field, "startups", rule.each_startup, read.startups, startups)
    program_parts = _parts(field, "programs", rule.each_program, single | dict(read.programs), programs)
    return SideRule(
        rule.name,
        tuple(
            Limit(
                ", ".join(label for label in (startup_label, program_label) if label),
                _both(chosen_startups, startup_part),
                _both(chosen_programs, program_part),
                rule.min,
                rule.max,
            )
            for startup_label, startup_part in startup_parts
            for program_label, program_part in program_parts
        ),
    )


def _group(
    field: str, kind: str, group: Group | None, attributes: Mapping[str, Sequence[Any]]
) -> frozenset[int] | None:
    """Give the numbers a rule names, by themselves or by values of attributes."""
    if group is None or isinstance(group, list):
        return None if group is None else frozenset(group)
    found: frozenset[int] | None = None
    for name, wanted in group.items():
        values = _attribute(field, kind, name, attributes)
        any_of = {wanted} if isinstance(wanted, str) else set(wanted)
        found = _both(found, frozenset(place for place, value in enumerate(values) if any_of & _set(value)))
    return found


def _parts(
    field: str, kind: str, name: str | None, attributes: Mapping[str, Sequence[Any]], count: int
) -> list[tuple[str, frozenset[int] | None]]:
    """Split startups or programs by the values of an attribute."""
    if name is None:
        return [("", None)]
    values = _attribute(field, kind, name, attributes)
    if name == EACH_PROGRAM and kind == "programs":
        return [(f"{name} {number}", frozenset({number})) for number in range(count)]
    every = sorted({one for value in values for one in _set(value)})
    return [
        (f"{name} {one}", frozenset(place for place, value in enumerate(values) if one in _set(value)))
        for one in every
    ]


def _attribute(field: str, kind: str, name: str, attributes: Mapping[str, Sequence[Any]]) -> Sequence[Any]:
    if name not in attributes:
        raise FieldError(field, f"the {kind} have no attribute {name!r}")
    return attributes[name]


def _set(value: str | list[str] | None) -> set[str]:
    if value is None:
        return set()
    return {value} if isinstance(value, str) else set(value)


def _both(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
