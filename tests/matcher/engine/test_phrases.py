"""Templates are filled, and translated where a reader's language is given."""

from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.phrases import Amount, Label, Phrase, Word, english_amount, english_name, mark, phrase

KOREAN = {"seat in %(place)s": "%(place)s 소재"}


def korean_name(word: Word | Label) -> str:
    return word.ko if isinstance(word, Label) else {"seed": "시드", "idea": "아이디어"}[word.code]


def test_phrase_keeps_template_and_values_apart() -> None:
    built = phrase("TRL %(low)s to %(high)s", low=4, high=6)

    assert built == Phrase("TRL %(low)s to %(high)s", (("low", 4), ("high", 6)))


def test_phrase_says_itself_in_english() -> None:
    stages = (Word("stage", "seed"), Word("stage", "idea"))

    said = phrase("%(count)s stages: %(stages)s (%(note)s)", count=2, stages=stages, note="early").say()

    assert said == "2 stages: seed, idea (early)"


def test_phrase_says_a_label_by_its_english_text() -> None:
    assert phrase("seat in %(place)s", place=Label("Daejeon", "대전")).say() == "seat in Daejeon"


def test_phrase_is_translated_with_the_names_of_the_readers_language() -> None:
    seat = phrase("seat in %(place)s", place=Label("Daejeon", "대전"))
    stages = phrase("%(stages)s", stages=(Word("stage", "seed"), Word("stage", "idea")))

    assert seat.say(lambda template: KOREAN[template], korean_name) == "대전 소재"
    assert stages.say(name=korean_name) == "시드, 아이디어"


def test_english_name_of_a_word_is_its_code() -> None:
    assert english_name(Word("country", "KR")) == "KR"


def test_amount_is_written_in_english_unless_a_writer_is_given() -> None:
    raised = phrase("raised %(amount)s", amount=Amount(200000.4, "USD"))

    assert raised.say() == "raised USD 200,000"
    assert (
        raised.say(write=lambda amount: f"<{amount.value:.1f} {amount.currency}>") == "raised <200000.4 USD>"
    )


def test_amount_is_said_in_english_as_its_source_states_it() -> None:
    assert english_amount(Amount(300e6, "KRW", "KRW 300M")) == "KRW 300M"
    assert english_amount(Amount(1000)) == "1,000"


def test_mark_changes_nothing() -> None:
    assert mark("at most %(high)s employees") == "at most %(high)s employees"


@given(st.text())
def test_phrase_says_any_value_as_it_stands(value: str) -> None:
    assert phrase("<%(value)s>", value=value).say() == f"<{value}>"


@given(st.text(), st.text())
def test_phrase_agrees_with_plain_replacement(first: str, second: str) -> None:
    said = phrase("%(a)s and %(b)s", a=first, b=Label(second, "")).say()

    assert said == first + " and " + second
