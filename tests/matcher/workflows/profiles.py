"""Contents of the profile form: a whole one, and any that the form may hold."""

from hypothesis import strategies as st

from matcher.workflows.submission_contents import (
    TEXT_LIMITS,
    ExportFlag,
    IpStatus,
    LanguageLevel,
    MoneyBand,
    ProfileTexts,
    SubmissionContent,
)
from models.vocabulary import Language, Offer, Region, Sector, Stage, WorkingLanguage

WHOLE = SubmissionContent(
    name="Mirae Battery",
    texts={
        Language.EN: ProfileTexts(
            one_liner="Nickel from spent batteries.",
            summary="We recover nickel straight from spent batteries.",
            solution="A bath of water and salt takes the nickel out in one step.",
        )
    },
    needs=[Offer.PILOT_CUSTOMER],
    target_cities=["dortmund"],
    stage=Stage.SEED,
    country="KR",
)

letters = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=60).filter(
    lambda text: any(letter.isalnum() for letter in text)
)


def texts() -> st.SearchStrategy[ProfileTexts]:
    return st.builds(ProfileTexts, **{field: st.just("") | letters for field in TEXT_LIMITS})


contents = st.builds(
    SubmissionContent,
    name=letters,
    native_name=st.just("") | letters,
    texts=st.dictionaries(st.sampled_from(Language), texts(), max_size=4),
    needs=st.lists(st.sampled_from(Offer), unique=True, max_size=4),
    target_cities=st.lists(st.sampled_from(["dortmund", "seattle", "malaga"]), unique=True),
    target_regions=st.lists(st.sampled_from(Region), unique=True),
    sectors=st.lists(st.sampled_from(Sector), unique=True, max_size=5),
    stage=st.just("") | st.sampled_from(Stage),
    trl=st.none() | st.integers(1, 9),
    founded=st.none() | st.integers(1900, 2020),
    employees=st.none() | st.integers(0, 1_000_000),
    country=st.sampled_from(["", "KR", "DE"]),
    revenue_band=st.just("") | st.sampled_from(MoneyBand),
    raised_usd=st.none() | st.integers(0, 10**12).map(lambda cents: cents / 100),
    ip_status=st.just("") | st.sampled_from(IpStatus),
    export_flags=st.lists(st.sampled_from([*ExportFlag][:-1]), unique=True) | st.just([ExportFlag.NONE]),
    languages=st.dictionaries(st.sampled_from(WorkingLanguage), st.sampled_from(LanguageLevel)),
    institutions=st.lists(
        letters.map(lambda text: " ".join(text.split())[:90]), max_size=3, unique=True
    ).filter(lambda lines: all(any(letter.isalnum() for letter in line) for line in lines)),
)
