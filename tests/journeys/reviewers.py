"""What people who review do in a browser: answer about conflicts, decide with keys alone."""

import pytest
from playwright.sync_api import Page, expect

MOST_TABS = 120
HANGUL = {"KeyJ": "ㅓ", "KeyK": "ㅏ", "KeyY": "ㅛ", "KeyM": "ㅡ", "KeyN": "ㅜ", "KeyC": "ㅊ", "KeyU": "ㅕ"}
"""What a Korean input method reports for the keys of the review."""
DECISIONS = {"accept": "KeyY", "maybe": "KeyM", "decline": "KeyN"}
CRITERIA = 5


def answer_about_conflicts(page: Page, address: str) -> None:
    """Open a queue; where the names stand before it, say that nothing stands between."""
    page.goto(address)
    if page.locator("#read").count():
        page.locator("#read").check()
        page.locator(".declaration button[type=submit]").click()
        page.wait_for_url(address)


def press(page: Page, code: str, *, hangul: bool = False) -> None:
    """Press a key; with a Korean input method the letter that is reported is another one."""
    if not hangul:
        page.keyboard.press(code)
        return
    session = page.context.new_cdp_session(page)
    key = {"key": HANGUL[code], "code": code, "windowsVirtualKeyCode": ord(code[-1])}
    session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    session.detach()


def compose(page: Page, words: str) -> None:
    """Type words whose last syllable an input method is still composing."""
    page.keyboard.insert_text(words[:-1])
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": words[-1], "selectionStart": 1, "selectionEnd": 1})
    session.detach()


def next_open(page: Page, *, hangul: bool = False) -> str:
    """Go to a candidate that is open, and give its id: the one decided last stays until another one is."""
    press(page, "KeyJ", hangul=hangul)
    card = page.locator(".candidate:focus")
    if card.locator("input[name=decision]:checked").input_value():
        press(page, "KeyK", hangul=hangul)
    return (card.get_attribute("id") or "").removeprefix("startup-")


def decide_by_keys(
    page: Page, startup: str, decision: str, points: int, reason: str, *, hangul: bool = False
) -> None:
    """Give the candidate one stands on points, choose, say why and save."""
    for number in range(CRITERIA):
        page.keyboard.press(f"Digit{points}")
        if number < CRITERIA - 1:
            page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    press(page, DECISIONS[decision], hangul=hangul)
    expect(page.locator(f"#reason-{startup}")).to_be_focused()
    if hangul:
        compose(page, reason)
    else:
        page.keyboard.insert_text(reason)
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")
    saved = page.locator(f"#startup-{startup}")
    expect(saved.locator(f"input[name=decision][value={decision}]")).to_be_checked()
    expect(saved.locator("textarea[name=reason]")).to_have_value(reason)
    expect(saved).to_be_focused()


def tab_to(page: Page, target: str) -> None:
    """Press the tabulator until something has the focus."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(target).evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"{target} cannot be reached with the tabulator")
