"""No mark of a startup reaches anybody it is not for: all pages, parameters, exports and errors are read."""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from html import unescape
from itertools import product
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, col, select

from matcher.workflows.acceptance_fixture import PROGRAMS, FixtureStartup
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.blind import pseudonym
from models.database import open_engine, write_session
from models.tables import Comment, ConflictAnswer, Profile, Review, ReviewSetup
from tests.access.world import ANONYMOUS, INVITATION, RESET, World, browser, open_app
from web.access import declared_routes
from web.app import create_app

NAMES = (
    ANONYMOUS,
    "own_founder",
    "other_founder",
    "reviewer_a",
    "reviewer_b",
    "lead",
    "lead_b",
    "manager",
    "removed_reviewer",
    "admin",
    "read_token",
)
ANSWERED = datetime(2026, 1, 1, tzinfo=UTC)
_FOUNDER = re.compile(r"by Test (?:own|other) founder")
_PSEUDONYM = re.compile(r"Startup [A-Z0-9]{6}\b")
_MARK = re.compile(r"CNR-fx-s\d\d-[a-z-]+-[0-9a-f]{12}")
_LINK = re.compile(r"""(?:href|action|src|hx-[a-z]+)=["']([^"'#]+)""")
_PARAMETER = re.compile(r"{([a-z_]+)(?::path)?}")
_ACCEPTS = ("text/html", "application/json", "text/csv", "*/*")
MOST_FOLLOWED = 150
"""Pages that are read because another leads to them, beyond those every route is asked for."""

SOME = ("fx-s01", "fx-s02", "fx-s21", "fx-s41", "fx-s42", "fx-s60", "no-such")
"""Startups of both founders: of either agency, of two programs of one, of none, and none at all."""

OF_ALL = frozenset({"/startups/{startup_id}", "/api/v1/startups/{startup_id}"})
"""Routes that are asked for every startup; the others for some of them."""


def allowed(name: str, startup: FixtureStartup) -> bool:
    """Say who may see a startup's marks, in words of the issue and not of the code."""
    if name in {"own_founder", "other_founder"}:
        return startup.owner == name
    if name in {"reviewer_a", "lead", "read_token"}:
        return "fx-agency-a" in startup.agencies
    if name in {"reviewer_b", "lead_b"}:
        return "fx-agency-b" in startup.agencies
    return name == "manager"


class Reading:
    """What one person was shown, and where."""

    def __init__(self, world: World, name: str, hidden: Iterable[str] = ()) -> None:
        """Know whose marks this person may see, but for those that are hidden."""
        self._allowed = {
            mark
            for startup in world.fixture.startups
            if allowed(name, startup)
            for mark in startup.canaries.values()
        } - set(hidden)
        self.seen: set[str] = set()
        self.leaks: set[tuple[str, str]] = set()
        self.faults: set[tuple[str, int]] = set()
        self.founders: set[str] = set()
        self.words: set[str] = set()

    def take(self, address: str, response: Response) -> None:
        """Read an answer: its body and its headers."""
        whole = unescape(response.text) + "\n".join(
            f"{key}: {value}" for key, value in response.headers.items()
        )
        marks = set(_MARK.findall(whole))
        self.seen |= marks
        self.words |= set(_PSEUDONYM.findall(whole))
        self.founders |= {address} if _FOUNDER.search(whole) else set()
        self.leaks |= {(address, mark) for mark in marks - self._allowed}
        if response.status_code >= 500:
            self.faults.add((address, response.status_code))


def addresses(app: FastAPI, world: World) -> Iterator[str]:
    """Give every GET route with ids of every kind, own and foreign."""
    startups = [*(startup.id for startup in world.fixture.startups), "no-such"]
    pools = {
        "program_id": [*PROGRAMS, "no-such"],
        "account_id": [*(told.account_id for told in world.fixture.principals.values()), "no-such"],
        "number": ["1", "2"],
        "token": [INVITATION, RESET, "no-such"],
    }
    for route in declared_routes(app):
        if route.method != "GET" or route.path == "/static":
            continue
        names = _PARAMETER.findall(route.path)
        pools["startup_id"] = startups if route.path in OF_ALL else [*SOME]
        values = [pools.get(name, [world.ids.get(name, "no-such")]) for name in names]
        for chosen in product(*values):
            filled = route.path
            for name, value in zip(names, chosen, strict=True):
                filled = filled.replace(f"{{{name}}}", value)
            yield filled


def queries(world: World) -> Iterator[str]:
    """Give parameters that lists might answer: ids, marks, wildcards, wrong pages."""
    startup = world.fixture.startups[0]
    for value in ("", "%", "CNR-fx-s01-name", startup.id, "fx-program-3"):
        for name in ("q", "startup", "program", "agency", "account"):
            yield f"{name}={value}"
    yield from ("limit=-1", "limit=100", "limit=101", "offset=0", "page=2", "cursor=66782d733030", "lang=ko")


def crawl(client: TestClient, app: FastAPI, world: World, reading: Reading) -> int:
    """Follow links from the start, after every route; give how many pages were read."""
    waiting = ["/", *dict.fromkeys(addresses(app, world))]
    most = len(waiting) + MOST_FOLLOWED
    seen: set[str] = set()
    while waiting and len(seen) < most:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        reading.take(address, response)
        if "text/html" in response.headers.get("content-type", ""):
            for link in _LINK.findall(response.text):
                target = urlsplit(urljoin(f"http://127.0.0.1{address}", unescape(link)))
                if target.netloc == "127.0.0.1" and not target.path.startswith("/static"):
                    waiting.append(f"{target.path}?{target.query}".rstrip("?"))
    return len(seen)


@pytest.mark.parametrize("name", NAMES)
def test_no_mark_reaches_anybody_it_is_not_for(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    reading = Reading(world, name)
    with browser(app, world, name) as client:
        read = crawl(client, app, world, reading)
        lists = [
            route.path for route in declared_routes(app) if route.method == "GET" and "{" not in route.path
        ]
        for path, query in product(lists, queries(world)):
            reading.take(f"{path}?{query}", client.get(f"{path}?{query}"))
        for path, accept in product(lists, _ACCEPTS):
            reading.take(path, client.get(path, headers={"Accept": accept, "HX-Request": "true"}))
        for program, form in product([*PROGRAMS, "no-such"], ("csv", "json", "xlsx")):
            address = f"/review/{program}/shortlist"
            for reason in ("jury", ""):
                answer = client.post(address, data={"file_format": form, "reason": reason})
                reading.take(f"POST {address} {form}", answer)
        for program, startup in product(PROGRAMS, ("fx-s01", "fx-s02", "fx-s41", "fx-s60")):
            for act, data in (
                ("decision", {"decision": "decline", "revision": "0"}),
                ("decision", {"decision": "decline", "revision": "7", "reason": "x"}),
                ("pin", {"pinned": "maybe"}),
                ("move", {"position": "1"}),
            ):
                address = f"/review/{program}/{startup}/{act}"
                reading.take(f"POST {address}", client.post(address, data=data))
    app.state.engine.dispose()

    assert read > 60
    assert reading.leaks == set()
    assert reading.faults == set()


@pytest.mark.parametrize(
    ("name", "startups"),
    [
        ("own_founder", 30),
        ("reviewer_a", 40),
        ("reviewer_b", 17),
        ("lead", 40),
        ("lead_b", 17),
        ("manager", 60),
    ],
)
def test_those_it_is_for_are_shown_every_mark(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str, startups: int
) -> None:
    app = open_app(world, tmp_path, hashing_analyst)
    reading = Reading(world, name)
    with browser(app, world, name) as client:
        crawl(client, app, world, reading)
    app.state.engine.dispose()

    texts = {mark for mark in reading.seen if "-text-ko-" in mark}
    assert len(texts) == startups


def open_changed(
    world: World, folder: Path, analyst: LocalAnalyst, change: Callable[[Session], None]
) -> FastAPI:
    """Open the application on a copy of the world in which something is different."""
    settings = world.copy_to(folder)
    engine = open_engine(settings.url)
    with write_session(engine) as session:
        change(session)
    engine.dispose()
    return create_app(settings, analyst)


def read_all(app: FastAPI, world: World, name: str, reading: Reading, programs: Iterable[str]) -> int:
    """Read every page and parameter, and take every shortlist away; give how many pages were read."""
    with browser(app, world, name) as client:
        read = crawl(client, app, world, reading)
        for program in programs:
            for query in queries(world):
                reading.take(f"/review/{program}?{query}", client.get(f"/review/{program}?{query}"))
            for show, sort in product(("open", "done", "all"), ("own", "machine", "name", "changed")):
                address = f"/review/{program}?show={show}&sort={sort}"
                reading.take(address, client.get(address))
            for query in ("show=open", "show=done", "limit=100", "limit=1", "eligibility=cannot_tell"):
                address = f"/api/v1/reviews/{program}?{query}"
                reading.take(address, client.get(address))
            for form in ("csv", "json"):
                address = f"/review/{program}/shortlist"
                answer = client.post(address, data={"file_format": form, "reason": "jury"})
                reading.take(f"POST {address} {form}", answer)
        for path in ("/api/v1/startups?limit=100", "/startups"):
            reading.take(path, client.get(path))
    app.state.engine.dispose()
    return read


CONFLICTED = {"fx-s01": "open", "fx-s02": "confirmed", "fx-s03": "unanswered", "fx-s21": "open"}
"""Startups something stands between the reviewer of agency A and, as far as anybody knows; one is a candidate
of two programs."""


def test_a_conflicted_reviewer_is_shown_no_mark_of_the_case(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    account = world.fixture.principals["reviewer_a"].account_id

    def conflict(session: Session) -> None:
        for startup_id, state in CONFLICTED.items():
            answer = session.get_one(ConflictAnswer, (account, startup_id))
            if state == "unanswered":
                session.delete(answer)
                continue
            answer.state, answer.kind, answer.text = state, "challenged", "They know each other."
            session.add(answer)

    marks = {startup.id: startup.canaries for startup in world.fixture.startups if startup.id in CONFLICTED}
    hidden = {mark for canaries in marks.values() for mark in canaries.values()}
    app = open_changed(world, tmp_path, hashing_analyst, conflict)
    reading = Reading(world, "reviewer_a", hidden)
    read = read_all(app, world, "reviewer_a", reading, PROGRAMS)

    # The names that still wait for an answer stand on the page that asks, and nowhere else.
    asked = {("/review/fx-program-1/conflicts", marks["fx-s03"]["name"])}
    assert read > 60
    assert reading.leaks - asked == set()
    assert reading.faults == set()
    assert len({mark for mark in reading.seen if "-text-ko-" in mark}) == 40 - len(CONFLICTED)


def test_what_others_wrote_is_hidden_until_the_own_review_is_submitted(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst
) -> None:
    told = world.fixture.principals
    reason, comment = "CNR-fx-s06-reason-0123456789ab", "CNR-fx-s06-comment-0123456789ab"

    def write(session: Session) -> None:
        lead = told["lead"].account_id
        for startup_id in ("fx-s06", "fx-s07"):
            session.add(
                Review(
                    program_id="fx-program-1",
                    startup_id=startup_id,
                    desk=lead,
                    reviewer=lead,
                    decision="accept",
                    reason=reason,
                    submitted_at=ANSWERED,
                )
            )
            session.add(
                Comment(program_id="fx-program-1", startup_id=startup_id, author_id=lead, text=comment)
            )

    app = open_changed(world, tmp_path, hashing_analyst, write)
    reading = Reading(world, "reviewer_a")
    read = read_all(app, world, "reviewer_a", reading, PROGRAMS)

    assert read > 60
    assert reading.leaks == set()


@pytest.mark.parametrize("name", ["reviewer_a", "lead"])
def test_a_blind_review_shows_no_name(
    world: World, tmp_path: Path, hashing_analyst: LocalAnalyst, name: str
) -> None:
    names = {startup.id: startup.canaries["name"] for startup in world.fixture.startups}
    founders = {startup.id: f"Test {startup.owner.replace('_', ' ')}" for startup in world.fixture.startups}

    def make_blind(session: Session) -> None:
        for program in ("fx-program-1", "fx-program-2"):
            session.add(ReviewSetup(program_id=program, blind=True))
        for profile in session.exec(select(Profile).where(col(Profile.startup_id).startswith("fx-"))):
            told = f"{names[profile.startup_id]} by {founders[profile.startup_id]}"
            profile.text = f"{told}. {profile.text}"
            session.add(profile)

    app = open_changed(world, tmp_path, hashing_analyst, make_blind)
    reading = Reading(world, name, names.values())
    read = read_all(app, world, name, reading, ["fx-program-1", "fx-program-2"])

    # Only the page that asks for conflicts of interest names them.
    leaks = {leak for leak in reading.leaks if not leak[0].split("?")[0].endswith("/conflicts")}
    assert read > 60
    assert leaks == set()
    assert reading.faults == set()
    assert reading.founders == set()
    assert pseudonym("fx-s01") in reading.words
    assert len({mark for mark in reading.seen if "-text-ko-" in mark}) == 40
