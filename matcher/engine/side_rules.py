"""Side rules: limits on how many pairs a plan has between some startups and some programs.

A quota per sector or country, a minimum per region and a cap on a group in one program are all the same
kind of value. docs/side_rules.md describes the file they are written in.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import FieldError, LandfallError


@dataclass(frozen=True, slots=True)
class Limit:
    """At least `least` and at most `most` pairs between these startups and these programs.

    Attributes:
        label: which part of its rule this is ("country KR"), empty when the rule has one part.
        startups: numbers from 0; None means all.
        programs: numbers from 0; None means all.
        least: >= 0.
        most: None means no upper limit.
    """

    label: str
    startups: frozenset[int] | None = None
    programs: frozenset[int] | None = None
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class SideRule:
    """One rule a manager set, by its name; it holds when all its limits hold."""

    name: str
    limits: tuple[Limit, ...]


class RulesConflictError(LandfallError):
    """No plan keeps all these rules and pins together; without any one of them there is one.

    Attributes:
        rules: names of the rules, in the order they were given.
        pins: (startup, program) of the pins that take part.
    """

    def __init__(self, rules: tuple[str, ...], pins: tuple[tuple[int, int], ...]) -> None:
        """Name every member of the conflict."""
        members = [f"'{name}'" for name in rules]
        members += [f"the pin of startup {startup} to program {program}" for startup, program in pins]
        alone = len(members) == 1
        says = "cannot be kept by any plan" if alone else "cannot be kept together"
        super().__init__(f"rules: {_listed(members)} {says}")
        self.rules = rules
        self.pins = pins


def check_rules(rules: Sequence[SideRule], startups: int, programs: int) -> None:
    """Refuse rules that name what there is not, or that share a name.

    Raises:
        FieldError: names the rule.
    """
    twice = [name for name, count in Counter(rule.name for rule in rules).items() if count > 1]
    if twice:
        raise FieldError(f"rule '{twice[0]}'", "another rule has the same name")
    for rule in rules:
        for limit in rule.limits:
            field = f"rule '{rule.name}'"
            _check_numbers(field, "startups", limit.startups, startups)
            _check_numbers(field, "programs", limit.programs, programs)
            if limit.least < 0 or (limit.most is not None and limit.most < limit.least):
                raise FieldError(field, f"from {limit.least} to {limit.most} is no range of counts")


def members(limit: Limit, startup: NDArray[np.int64], program: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which pairs a limit counts.

    Args:
        limit: the limit.
        startup: (pairs,), numbers of startups.
        program: (pairs,), numbers of programs.

    Returns:
        (pairs,).
    """
    counted = np.ones(startup.shape, dtype=np.bool_)
    if limit.startups is not None:
        counted &= np.isin(startup, np.fromiter(limit.startups, np.int64, len(limit.startups)))
    if limit.programs is not None:
        counted &= np.isin(program, np.fromiter(limit.programs, np.int64, len(limit.programs)))
    return counted


def keeps(rules: Iterable[SideRule], startup: NDArray[np.int64], program: NDArray[np.int64]) -> bool:
    """Say whether a plan keeps every rule.

    Args:
        rules: the rules.
        startup: (pairs,), the startups of the chosen pairs.
        program: (pairs,), their programs.
    """
    for rule in rules:
        for limit in rule.limits:
            count = int(members(limit, startup, program).sum())
            if count < limit.least or (limit.most is not None and count > limit.most):
                return False
    return True


def _check_numbers(field: str, kind: str, numbers: frozenset[int] | None, count: int) -> None:
    for number in sorted(numbers or ()):
        if not 0 <= number < count:
            raise FieldError(field, f"{kind} are numbered 0 to {count - 1}, not {number}")


def _listed(members: list[str]) -> str:
    return members[0] if len(members) == 1 else f"{', '.join(members[:-1])} and {members[-1]}"
