"""While a blind review is open names are nowhere: not in lists, texts, evidence, exports."""

from datetime import date

import pytest
from sqlalchemy import Engine

from matcher.engine.analysis import ConceptSpan
from matcher.engine.evidence_links import ReadSentence
from matcher.engine.matches import ConceptLink, Evidence
from matcher.engine.values import StartupFacts
from matcher.workflows.analysts import LocalAnalyst
from matcher.workflows.blind import Mask, hidden_names, masks_for, pseudonym
from matcher.workflows.review_queues import open_queue
from matcher.workflows.reviews import override_verdict, record_decision
from matcher.workflows.shortlists import ShortlistFormat, export
from matcher.workflows.startups import list_startups, read_startup
from models.access import Actor
from models.database import read_session, write_session
from models.tables import Account, Profile, ReviewSetup, Startup, StartupMember, Submission
from models.vocabulary import Decision, Verdict
from tests.matcher.workflows.clearances import clear

REVIEWER = Actor("r" * 32, agencies=frozenset({"office"}))
MANAGER = Actor("m" * 32, manager=True)
NAMES = ("Hanbit Robotics", "한빛로보틱스", "Old Hanbit", "Kim Cheolsu")


def mask(*companies: str, people: tuple[str, ...] = ()) -> Mask:
    """Make a mask of spellings."""
    return Mask("Startup X", companies, people)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hanbit Robotics builds arms.", "Startup X builds arms."),
        ("HANBIT  ROBOTICS, HanbitRobotics and hanbit-robotics", "Startup X, Startup X and Startup X"),
        ("Hanbit Robotics' and Hanbit Robotics's arms", "Startup X' and Startup X's arms"),
        ("Ｈａｎｂｉｔ Ｒｏｂｏｔｉｃｓ", "Startup X"),
        ("Hánbit Robotics", "Startup X"),
        ("Die Arme Hanbit Roboticss", "Die Arme Startup X"),
        ("Unhanbit Roboticsland", "Unhanbit Roboticsland"),
        ("Hanbit was founded; Hanbit's arm", "Startup X was founded; Startup X's arm"),
        ("한빛로보틱스는 로봇을 만듭니다.", "Startup X는 로봇을 만듭니다."),
        ("주식회사 한빛 로보틱스의 팔", "주식회사 Startup X의 팔"),
        ("대표 김철수입니다. 김 철수", "대표 […]입니다. […]"),
        ("Cheolsu Kim founded it", "[…] founded it"),
        ("Write to info@hanbit.kr or https://hanbit.kr/about now", "Write to […] or […] now"),
        ("See www.hanbit.io, hanbit.io.", "See […], […]."),
        ("Nothing to hide: 3.5 kW.", "Nothing to hide: 3.5 kW."),
    ],
)
def test_names_and_addresses_are_taken_out_of_texts(text: str, told: str) -> None:
    people = ("Kim Cheolsu", "Cheolsu Kim", "김철수")
    assert mask("Hanbit Robotics", "한빛로보틱스", people=people).text(text) == told


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("나", "나 혼자 만든 나무", "Startup X 혼자 만든 나무"),
        ("이준", "이 준비는 이준이 한다", "이 준비는 Startup X이 한다"),
        ("X", "X makes Xylophones", "Startup X makes Xylophones"),
        ("Acme", "AcmeCloud and acmecloud", "Startup XCloud and acmecloud"),
        ("The Lab", "The method of The Lab", "The method of Startup X"),
        ("", "Nothing.", "Nothing."),
    ],
)
def test_short_names_are_taken_out_where_they_stand_alone(name: str, text: str, told: str) -> None:
    assert mask(name).text(text) == told


def test_understood_words_stay_where_they_are() -> None:
    sentence = "Hanbit Robotics builds arms for Hanbit Robotics."
    start = sentence.index("arms")
    spans = [
        ConceptSpan(0, 15, "a name", ("n",)),
        ConceptSpan(start, start + 4, "arm", ("arm",)),
    ]
    link = ConceptLink(start, start + 4, 0, 3, "arms", "arm", "arm", 1.0)
    named = ConceptLink(7, 15, 0, 3, "Robotics", "arm", "robotics", 1.0)

    read = mask("Hanbit Robotics").sentence(ReadSentence(sentence, spans))
    evidence = mask("Hanbit Robotics").evidence(Evidence(sentence, "arm", 0.9, (named, link)))

    assert read.text == evidence.profile == "Startup X builds arms for Startup X."
    assert [(read.text[span.start : span.end], span.concept) for span in read.spans] == [("arms", "arm")]
    assert [evidence.profile[one.profile_start : one.profile_end] for one in evidence.links] == ["arms"]
    facts = mask("Hanbit").facts(StartupFacts(city="Hanbit City", institutions=("Hanbit Lab", "KAIST")))
    assert (facts.city, facts.institutions) == ("Startup X City", ("Startup X Lab", "KAIST"))


def test_a_sentence_without_a_name_stays_as_it_is() -> None:
    read = ReadSentence("We build arms.", [])
    evidence = Evidence("We build arms.", "arm", 0.9)

    assert mask("Hanbit").sentence(read) is read
    assert mask("Hanbit").evidence(evidence) is evidence


def test_pseudonyms_are_the_same_everywhere_and_differ() -> None:
    names = {pseudonym(f"startup-{number}") for number in range(2000)}

    assert pseudonym("one") == pseudonym("one")
    assert len(names) == 2000


@pytest.fixture
def blinded(tiny: Engine) -> Engine:
    """Open the tiny database with a named startup in a blind review, and a reviewer who answered for it."""
    with write_session(tiny) as session:
        session.add(Account(id=REVIEWER.key, email="r@office.example", name="Rita"))
        session.add(Account(id="f" * 32, email="kim@hanbit.kr", name="Kim Cheolsu"))
        session.flush()
        clear(session, REVIEWER.key, "one", "two")
        one = session.get_one(Startup, "one")
        one.name, one.native_name, one.city = NAMES[0], NAMES[1], "Hanbit Robotics City"
        session.add(one)
        session.add(StartupMember(account_id="f" * 32, startup_id="one"))
        session.add(Submission(startup_id="one", number=1, content={"name": "Old Hanbit"}))
        text = "한빛로보틱스는 배터리를 재활용합니다. Old Hanbit by Kim Cheolsu (kim@hanbit.kr)."
        session.add(Profile(startup_id="one", language="ko", version=2, text=text))
        session.add(ReviewSetup(program_id="alpha", blind=True))
    return tiny


def test_no_name_is_in_what_a_reviewer_reads(
    blinded: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    with write_session(blinded) as session:
        queue = open_queue(session, REVIEWER, hashing_analyst, "alpha", today=today)
        said = [
            repr(queue.candidates),
            repr(list_startups(session, REVIEWER, limit=10)),
            repr(read_startup(session, REVIEWER, "one")),
            *(
                export(session, REVIEWER, hashing_analyst, "alpha", form, today=today, reason="jury").decode()
                for form in ShortlistFormat
            ),
        ]
        manager = open_queue(session, MANAGER, hashing_analyst, "alpha", today=today)

    for document in said:
        assert pseudonym("one") in document
        assert not [name for name in (*NAMES, "Hanbit", "hanbit.kr") if name in document]
    assert NAMES[0] in repr(manager.candidates)
    own = {item.startup_id: (item.machine_rank, item.score) for item in queue.candidates}
    assert own == {item.startup_id: (item.machine_rank, item.score) for item in manager.candidates}


def test_names_come_back_when_the_agency_decides(blinded: Engine) -> None:
    with write_session(blinded) as session:
        assert hidden_names(session, REVIEWER) == {"one", "two"}
        assert hidden_names(session, REVIEWER, ["one"]) == {"one"}
        assert set(masks_for(session, REVIEWER, ["one", "two"])) == {"one", "two"}
        assert hidden_names(session, MANAGER) == frozenset()
        setup = session.get_one(ReviewSetup, "alpha")
        setup.phase = "decision"
        session.add(setup)

    with read_session(blinded) as session:
        assert masks_for(session, REVIEWER, ["one", "two"]) == {}
        assert read_startup(session, REVIEWER, "one").name == NAMES[0]


def test_what_reviewers_wrote_names_nobody(
    blinded: Engine, hashing_analyst: LocalAnalyst, today: date
) -> None:
    with write_session(blinded) as session:
        session.add(Account(id="b" * 32, email="b@office.example", name="Ben"))
        session.flush()
        clear(session, "b" * 32, "one", "two")
        for actor in (Actor("b" * 32, agencies=frozenset({"office"})), REVIEWER):
            override_verdict(
                session,
                actor,
                "alpha",
                "one",
                verdict=Verdict.ELIGIBLE,
                reason="Hanbit Robotics told us.",
                revision=0,
            )
            record_decision(
                session,
                actor,
                "alpha",
                "one",
                decision=Decision.ACCEPT,
                reason="Kim Cheolsu of 한빛로보틱스 is good.",
                revision=1,
            )
        queue = open_queue(session, REVIEWER, hashing_analyst, "alpha", today=today)

    (one,) = [candidate for candidate in queue.candidates if candidate.startup_id == "one"]
    assert len(one.submitted) == 2
    assert pseudonym("one") in one.reason
    assert pseudonym("one") in one.override_reason
    assert not [name for name in NAMES if name in repr(one)]
