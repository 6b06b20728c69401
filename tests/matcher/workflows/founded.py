"""A real startup with a founder, agencies at home and abroad, and everything that can be held about it."""

from datetime import timedelta

from sqlalchemy import Engine
from sqlmodel import Session, select

from matcher.settings import Settings
from matcher.workflows.candidacies import settle
from matcher.workflows.consent_words import words_version
from matcher.workflows.consents import give
from models.access import OPERATOR, Actor
from models.base import now_utc
from models.consent import Purpose
from models.database import write_session
from models.tables import (
    Account,
    Agency,
    AgencyMember,
    ApiEffect,
    Appeal,
    City,
    Comment,
    ConflictAnswer,
    Invitation,
    Notice,
    Outcome,
    OutsideTie,
    Profile,
    Program,
    ProgramInterest,
    Question,
    Review,
    ReviewStep,
    Round,
    RoundEvent,
    RoundPin,
    SignIn,
    Startup,
    StartupMember,
    Submission,
)
from models.vocabulary import Language

CANARY = "카나리아 구름 일곱"
NAME = f"{CANARY} 주식회사"
TEXT = f"우리는 배터리를 재활용합니다. {CANARY} 이야기입니다."
EMAIL = "canary.founder@secret.example"
FOUNDER = Actor("f" * 32, startups=frozenset({"real"}))
AT_HOME = Actor("a" * 32, agencies=frozenset({"office"}))
ABROAD = Actor("b" * 32, agencies=frozenset({"bureau"}))


def add_startup(engine: Engine) -> None:
    """Add the startup as a draft, its founder, a reviewer of each agency, and a program abroad."""
    with write_session(engine) as session:
        session.add(City(id="bay", names={"en": "Bay"}, country="US", regions=["us"], alliance_member=True))
        session.flush()
        session.add(Agency(id="bureau", name="Bureau", name_en="Bureau", city_id="bay", source_urls=[]))
        session.flush()
        alpha = session.get_one(Program, "alpha").model_dump()
        session.add(Program(**alpha | {"id": "gamma", "agency_id": "bureau", "city_id": "bay"}))
        session.add(Startup(id="real", name=NAME, invented=False, registration_no=f"110-{CANARY}"))
        for actor, email in ((FOUNDER, EMAIL), (AT_HOME, "a@x.example"), (ABROAD, "b@x.example")):
            session.add(Account(id=actor.account_id or "", email=email, name=email))
        session.flush()
        session.add(StartupMember(account_id="f" * 32, startup_id="real"))
        session.add(AgencyMember(account_id="a" * 32, agency_id="office"))
        session.add(AgencyMember(account_id="b" * 32, agency_id="bureau"))
        session.add(Profile(startup_id="real", language="ko", version=1, text=TEXT))
        session.add(Submission(startup_id="real", number=1, content={"summary": CANARY}))


def consent(session: Session, settings: Settings, agency: str, *purposes: Purpose) -> None:
    """Let the founder consent."""
    give(
        session,
        FOUNDER,
        "real",
        agency,
        purposes,
        language=Language.KO,
        shown_version=words_version(settings),
        settings=settings,
    )


def want(session: Session, program: str, *, interested: bool = True) -> None:
    """Let the founder say whether a program is wanted."""
    session.merge(ProgramInterest(startup_id="real", program_id=program, interested=interested))
    settle(session, OPERATOR, "real")


def add_traces(engine: Engine, settings: Settings) -> None:
    """Submit it, and leave something in every table that can hold a word of it."""
    with write_session(engine) as session:
        draft = session.exec(select(Submission).where(Submission.startup_id == "real")).one()
        draft.state, draft.submitted_at = "submitted", now_utc()
        session.add(draft)
        want(session, "alpha")
        want(session, "gamma")
        consent(session, settings, "office", Purpose.REVIEW, Purpose.RESULT_CONTACT)
        consent(session, settings, "bureau", Purpose.REVIEW, Purpose.PROVISION_ABROAD)
        session.add(
            Review(program_id="alpha", startup_id="real", desk="agency", reviewer="a" * 32, reason=CANARY)
        )
        session.add(
            ReviewStep(
                program_id="alpha",
                startup_id="real",
                desk="agency",
                before={"reason": CANARY},
                reviewer="a" * 32,
            )
        )
        _talk(session)
        session.add(Round(id="autumn", name="Autumn", stages=[], settings={}, side_rules={}, columns=[]))
        session.flush()
        session.add(RoundPin(round_id="autumn", program_id="alpha", startup_id="real", kind="pin"))
        session.add(
            RoundEvent(
                round_id="autumn", program_id="alpha", startup_id="real", kind="withdrawn", reason=CANARY
            )
        )
        session.add(
            Outcome(
                program_id="alpha", startup_id="real", state="selected", reason=CANARY, appeal_until=now_utc()
            )
        )
        session.add(Appeal(program_id="alpha", startup_id="real", text=CANARY, sent_by="f" * 32))
        session.add(SignIn(account_id="f" * 32, token_hash="s", device=f"browser of {EMAIL}"))  # noqa: S106  of nobody
        told = f'{{"name": "{NAME}"}}'
        session.add(ApiEffect(account_id="a" * 32, key_hash="k", request_hash="r", status=200, answer=told))
        session.add(
            Invitation(
                token_hash="t",  # noqa: S106  of nobody
                email=EMAIL,
                role="founder",
                startup_id="real",
                expires_at=now_utc() + timedelta(days=1),
            )
        )


def _talk(session: Session) -> None:
    """Leave what reviewers and founders say to each other."""
    comment = Comment(program_id="alpha", startup_id="real", author_id="a" * 32, text=f"I like {CANARY}")
    session.add(comment)
    session.flush()
    session.add(
        Comment(program_id="alpha", startup_id="real", author_id="b" * 32, reply_to=comment.id, text=CANARY)
    )
    for state, passed in (("asked", ""), ("answered", f"Who is {CANARY}?")):
        session.add(
            Question(
                program_id="alpha",
                startup_id="real",
                state=state,
                asked_by="a" * 32,
                text=f"Tell me of {CANARY}",
                relayed_text=passed,
                answer=f"We are {CANARY}" if passed else "",
                answered_by="f" * 32 if passed else None,
            )
        )
    session.add(
        ConflictAnswer(
            account_id="b" * 32,
            startup_id="real",
            state="open",
            kind="employer",
            text=f"I worked for {CANARY}",
            evidence=[f"employer: {CANARY}"],
        )
    )
    session.add(OutsideTie(account_id="b" * 32, kind="employer", name=NAME))
    session.add(OutsideTie(account_id="b" * 32, kind="employer", name="Another company"))
    session.add(
        Notice(
            account_id="f" * 32,
            kind="question-relayed",
            startup_id="real",
            address="/startups/real/questions",
        )
    )
