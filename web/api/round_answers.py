"""What the API of rounds answers with, made of the values of the workflows."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Response
from pydantic import BaseModel
from sqlmodel import Session
from starlette.exceptions import HTTPException

from matcher.errors import FieldConflictError, FieldError, StaleEditError
from matcher.workflows.round_publications import PlannedResult
from matcher.workflows.round_runs import (
    NamedDiff,
    Suggestion,
    read_run,
)
from matcher.workflows.rounds import (
    RoundCard,
    RoundSheet,
)
from matcher.workflows.vacancies import ChangedResult
from models.access import Actor
from web.api.round_schemas import (
    MOST_NUMBER,
    ChangedPairOut,
    DiffOut,
    NotSelectedOut,
    PinOut,
    PlanProgramOut,
    ProgramSeatsOut,
    ResultOut,
    RoundAnswer,
    RoundLine,
    RunAnswer,
    SelectedOut,
    SettingsOut,
    StageOut,
    SuggestionOut,
    WaitingOut,
)
from web.api.schemas import Schema, inline_schema

CREATED = 201

RoundId = Annotated[str, Path(max_length=200)]
RunNumber = Annotated[int, Path(ge=1, le=MOST_NUMBER)]


def takes(model: type[BaseModel]) -> Schema:
    """Describe the JSON body a route takes."""
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": inline_schema(model)}}}
    }


@contextmanager
def fitting() -> Iterator[None]:
    """Say of a body that fits its document what is stored that does not fit it: 409, and why."""
    try:
        yield
    except FieldError as error:
        raise FieldConflictError(error.field, error.reason) from error
    except StaleEditError as error:
        raise HTTPException(409, str(error)) from error


def round_line(card: RoundCard) -> RoundLine:
    """Give a round as it stands in the list."""
    return RoundLine.model_validate(card)


def tag_of(sheet: RoundSheet) -> str:
    """Give the ETag of a round."""
    return f'"{sheet.revision}"'


def tagged(sheet: RoundSheet) -> Response:
    """Answer with a round and its ETag."""
    answer, tag = written(sheet)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    return Response(answer, headers=headers, media_type="application/json")


def written(sheet: RoundSheet) -> tuple[str, str]:
    """Write everything that is set about a round; give it with its ETag."""
    card = round_line(sheet.card)
    answer = RoundAnswer(
        **card.model_dump(exclude={"programs"}),
        programs=[
            ProgramSeatsOut(
                program=one.program.id,
                name=one.program.name_en,
                seats=one.seats,
                waitlist=one.waitlist,
                candidates=one.candidates,
            )
            for one in sheet.programs
        ],
        stages=[
            StageOut(stage=one.stage.value, opens=_local(one.opens), closes=_local(one.closes))
            for one in sheet.stages
        ],
        time_zone=sheet.time_zone,
        settings=SettingsOut.model_validate(sheet.settings),
        rules=[dict(rule) for rule in sheet.rules],
        pins=[
            PinOut(
                program=pin.program_id,
                startup=pin.startup_id,
                name=pin.name,
                kind=pin.kind.value,
                reason=pin.reason,
                set_at=pin.set_at,
            )
            for pin in sheet.pins
        ],
        columns=list(sheet.columns),
        revision=sheet.revision,
    )
    return answer.model_dump_json(), tag_of(sheet)


def _local(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="minutes")


def run_answer(session: Session, manager: Actor, round_id: str, number: int) -> RunAnswer:
    """Give a stored plan."""
    run = read_run(session, manager, round_id, number)
    return RunAnswer(
        **plan_fields(run.document, run.names, run.pack.plan_sha256, run.before, run.changes),
        run=run.card.number,
        made_at=run.card.made_at,
        published_at=run.card.published_at,
    )


def plan_fields(
    document: Mapping[str, Any],
    called: Mapping[str, str],
    mark: str,
    before: int | None,
    changes: NamedDiff,
) -> dict[str, Any]:
    """Give the fields of a plan."""
    return {
        "mark": mark,
        "total": document["total"],
        "programs": [
            PlanProgramOut(
                program=one["program"],
                seats=one["seats"],
                selected=[SelectedOut(**item, name=called.get(item["startup"])) for item in one["selected"]],
                waitlist=[WaitingOut(**item, name=called.get(item["startup"])) for item in one["waitlist"]],
            )
            for one in document["programs"]
        ],
        "not_selected": [
            NotSelectedOut(**item, name=called.get(item["startup"])) for item in document["not_selected"]
        ],
        "changes": DiffOut(
            before=before,
            kept=changes.kept,
            entered=[ChangedPairOut.model_validate(one) for one in changes.entered],
            left=[ChangedPairOut.model_validate(one) for one in changes.left],
        ),
    }


def suggestion_out(one: Suggestion) -> SuggestionOut:
    """Give one change that suffices."""
    return SuggestionOut(
        kind=one.kind.value,
        startup=one.startup or None,
        program=one.program or None,
        rule=one.rule or None,
        lacks=one.lacks and one.lacks.value,
        condition=one.condition and one.condition.say(),
        fact=one.fact and one.fact.say(),
        pairs=one.pairs,
        gain=one.gain,
    )


def results_out(results: Iterable[PlannedResult | ChangedResult]) -> list[ResultOut]:
    """Give results as they stand in answers."""
    return [
        ResultOut(program=one.program_id, startup=one.startup_id, state=one.state.value, rank=one.rank)
        for one in results
    ]
