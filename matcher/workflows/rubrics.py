"""The rubric a program's candidates are scored by: the agency's own, or the alliance's."""

import re
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from matcher.engine.rubrics import ScoredCriterion
from matcher.workflows.program_contents import Criterion
from models.tables import Program

_SCALE = 5.0

DEFAULT_RUBRIC: tuple[ScoredCriterion, ...] = tuple(
    ScoredCriterion(key, tuple(names.items()), weight, _SCALE, None, bonus)
    for key, names, weight, bonus in (
        (
            "market-entry",
            {
                "": "Market-entry readiness",
                "ko": "시장 진출 준비도",
                "de": "Reife für den Markteintritt",
                "es": "Preparación para entrar en el mercado",
            },
            25.0,
            False,
        ),
        (
            "technology",
            {"": "Technology", "ko": "기술", "de": "Technologie", "es": "Tecnología"},
            20.0,
            False,
        ),
        (
            "fit-with-city",
            {
                "": "Fit with the host city",
                "ko": "대상 도시와의 적합성",
                "de": "Passung zur Gaststadt",
                "es": "Encaje con la ciudad de acogida",
            },
            20.0,
            False,
        ),
        (
            "team",
            {
                "": "Team and language",
                "ko": "팀과 언어",
                "de": "Team und Sprache",
                "es": "Equipo e idioma",
            },
            20.0,
            False,
        ),
        (
            "plan",
            {
                "": "Plan and budget",
                "ko": "계획과 예산",
                "de": "Plan und Budget",
                "es": "Plan y presupuesto",
            },
            15.0,
            False,
        ),
        ("bonus", {"": "Bonus", "ko": "가점", "de": "Bonus", "es": "Puntos adicionales"}, 10.0, True),
    )
)
"""What is scored where an agency has said nothing; ours, no source (weights as percent, five levels)."""


def rubric_of(session: Session, program_id: str) -> tuple[ScoredCriterion, ...]:
    """Read what the candidates of a program are scored by."""
    program = session.get_one(Program, program_id)
    return scored_criteria(program.rubric) or DEFAULT_RUBRIC


def scored_criteria(rubric: Sequence[dict[str, Any]]) -> tuple[ScoredCriterion, ...]:
    """Give the criteria of a stored rubric; keys are made of names, so that scores outlive a new order."""
    found: dict[str, ScoredCriterion] = {}
    for place, record in enumerate(rubric, 1):
        item = Criterion.model_validate(record)
        plain = re.sub(r"[^\w]+", "-", item.name.casefold()).strip("-")[:50] or f"criterion-{place}"
        key = plain if plain not in found else f"{plain}-{place}"
        names = {"": item.name} | {language.value: name for language, name in item.names.items()}
        found[key] = ScoredCriterion(
            key, tuple(names.items()), item.weight, item.scale_max, item.threshold, item.bonus
        )
    return tuple(found.values())
