"""What a plan was refused for, said with the names of startups and programs in the place of numbers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from matcher.engine.round_plan import RoundInputs
from matcher.engine.side_rules import RulesConflictError
from matcher.errors import FieldError

_PAIR = re.compile(r"(pin|exclude) \[(\d+), (\d+)\]")
_NUMBERED = re.compile(r"(startup|program) (\d+)")


class PlanConflictError(FieldError):
    """No plan keeps all these rules and pins together; pins are (startup, program), in names."""

    def __init__(self, rules: tuple[str, ...], pins: tuple[tuple[str, str], ...]) -> None:
        """Name every member of the conflict."""
        members = [f"'{name}'" for name in rules]
        members += [f"the pin of {startup} to {program}" for startup, program in pins]
        says = "cannot be kept by any plan" if len(members) == 1 else "cannot be kept together"
        super().__init__("rules", f"{' and '.join(members)} {says}")
        self.rules = rules
        self.pins = pins


@contextmanager
def in_names(inputs: RoundInputs, names: Mapping[str, str]) -> Iterator[None]:
    """Say in names what is refused within.

    Args:
        inputs: what the numbers are those of.
        names: of startups and programs by id; ids stand in for those that have none.

    Raises:
        PlanConflictError: names the pins and rules that cannot be kept together.
        FieldError: names the pin.
    """
    startups = [names.get(one, one) for one in inputs.startups]
    programs = [names.get(one, one) for one in inputs.programs]
    lists = {"startup": startups, "program": programs}
    try:
        yield
    except RulesConflictError as error:
        pins = tuple((startups[startup], programs[program]) for startup, program in error.pins)
        raise PlanConflictError(error.rules, pins) from error
    except FieldError as error:
        pair = _PAIR.fullmatch(error.field)
        if pair is None:
            field, _, ids = error.field.partition(" ")
            called = ", ".join(names.get(one, one) for one in ids.split(", ") if one)
            raise FieldError(f"{field} {called}".strip(), error.reason) from error
        field = f"{pair[1]} {startups[int(pair[2])]}, {programs[int(pair[3])]}"
        said = _NUMBERED.sub(lambda found: lists[found[1]][int(found[2])], error.reason)
        raise FieldError(field, said) from error
