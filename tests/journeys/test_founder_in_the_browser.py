"""A founder's whole way in a browser: invitation, plan, matches, result, export, erasure."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.reviewers import answer_about_conflicts
from tests.journeys.served import Site
from tests.journeys.visitors import PHONE, Visitors, sign_in
from tests.matcher.documents.files import Parts, hwpx

pytestmark = [pytest.mark.browser]

PASSWORD = "Regenschirm wartet hinter Bahnsteig neun"  # noqa: S105  of an account that lives for one test
EMAIL = "haneul@mirae.example"
STARTUP = "Mirae Battery"
PROGRAM = "start2grow"
SUBMIT = "main form button[type=submit]"
WITHIN = 30_000
SUMMARY = "폐배터리에서 블랙매스 없이 니켈을 바로 회수하는 전해 공정을 재활용 기업에 공급합니다."
REASON = "전해 공정과 시험 결과가 설득력이 있습니다."
APPEAL = "시험 결과의 측정 방법을 잘못 읽으신 것 같습니다."

PLAN: Parts = (
    "2026년 해외 진출 지원사업 사업계획서",
    "□ 일반 현황",
    [
        ["기업명", "미래배터리 주식회사", "설립일", "2021. 03. 15."],
        ["대표자", "김하늘", "임직원 수", "14명"],
        ["기술성숙도(TRL)", "7단계", "투자단계", "시드"],
        ["필요 지원", "실증 고객", "희망 진출 도시", "도르트문트"],
        ["한 줄 소개", "폐배터리에서 니켈을 바로 회수하는 공정", "특허 현황", "등록 2건"],
    ],
    "1. 문제 인식 (Problem)_창업 아이템의 필요성",
    "폐배터리에서 니켈을 회수하려면 여러 번 녹여야 하고 니켈의 삼분의 일이 슬래그로 사라진다.",
    "2. 실현 가능성 (Solution)_창업 아이템의 개발 계획",
    "물과 소금만 쓰는 전해 공정으로 니켈을 한 단계에 회수한다. 시험 설비에서 회수율 97%를 측정하였다.",
    "3. 성장전략 (Scale-up)_사업화 추진 전략",
    "독일 루르 지역의 재활용 기업과 실증하고 이후 유럽으로 넓힌다.",
)


def test_journey_from_the_invitation_to_the_erasure(site: Site, visitors: Visitors, tmp_path: Path) -> None:
    manager, founder, lead = visitors.open("manager"), visitors.open(), visitors.open("lead")

    come_in(site, manager, founder)
    fill_from_plan(founder)
    startup = submit_after_editing(founder)
    let_agency_read(founder)
    accept(site, lead, startup)
    publish(manager, startup)
    read_result(site, founder)
    answer(manager)
    see_answer_and_readers(founder)
    take_away(founder, tmp_path)
    erase(site, founder, lead, startup)


def come_in(site: Site, manager: Page, founder: Page) -> None:
    """The manager begins a startup and invites; the founder follows the letter and sets a password."""
    manager.goto(site.address)
    manager.locator("nav.sections a[href='/startups']").click()
    manager.locator("#name").fill(STARTUP)
    manager.locator("form[action='/startups'] button").click()
    manager.locator("#invite-email").fill(EMAIL)
    manager.locator("#invite-role").select_option("founder")
    manager.locator("form[action='/people/invitations'] button").click()
    expect(manager.locator("#link")).to_be_visible()

    (link,) = re.findall(r"http://\S+/invitations/\S+", site.wait_for_letter(EMAIL))
    founder.goto(link)
    expect(founder.locator("html")).to_have_attribute("lang", "ko")
    founder.locator("#name").fill("김하늘")
    founder.locator("#password").fill(PASSWORD)
    founder.locator(SUBMIT).click()
    founder.locator("#email").fill(EMAIL)
    founder.locator("#password").fill(PASSWORD)
    founder.locator("#password").press("Enter")
    founder.locator("main table a").click()
    expect(founder.locator("[data-state-words]")).to_have_text("아직 저장된 내용 없음")
    founder.locator("main a[href$='/profile']").click()


def fill_from_plan(founder: Page) -> None:
    """Every value stands beside the passage that says it; what is not ticked is not taken."""
    founder.locator("#plan").set_input_files(
        {"name": "사업계획서.hwpx", "mimeType": "application/hwp+zip", "buffer": hwpx(PLAN)}
    )
    founder.locator("#read-plan").click()
    offers = founder.locator(".proposals > li")
    expect(offers.first).to_be_visible(timeout=WITHIN)
    assert offers.count() == founder.locator(".proposals q").count()
    employees = offers.filter(has=founder.locator("#take-employees"))
    expect(employees.locator("q")).to_have_text("임직원 수: 14명")
    expect(offers.filter(has=founder.locator("#take-target_cities")).locator("dd").first).to_have_text(
        "도르트문트"
    )
    for box in founder.locator("input[name=take]").all():
        if box.get_attribute("value") != "employees":
            box.focus()
            founder.keyboard.press("Space")
    founder.locator(SUBMIT).click()

    founder.wait_for_url("**/profile?done=taken")
    expect(founder.locator("#native_name")).to_have_value("미래배터리 주식회사")
    expect(founder.locator("#founded")).to_have_value("2021")
    expect(founder.locator("#employees")).to_have_value("")
    expect(founder.locator("input[name=trl][value='7']")).to_be_checked()
    expect(founder.locator("[id='problem.ko']")).to_have_value(re.compile("슬래그"))


def submit_after_editing(founder: Page) -> str:
    """What is missing is typed, the draft saves itself, the programs are shown, and then it is submitted.

    Returns:
        The id of the startup.
    """
    founder.locator("#fit-live a").first.wait_for(timeout=WITHIN)
    founder.locator(".still-needed a[href='#summary.ko']").click()
    founder.keyboard.type(SUMMARY)
    founder.locator("#country").select_option("KR")
    expect(founder.locator("#save-state")).to_have_attribute("data-kind", "saved", timeout=WITHIN)
    expect(founder.locator(".still-needed")).to_be_hidden()
    expect(founder.locator("[data-state-words]")).to_have_text("임시저장됨, 제출 전")

    founder.locator("button[value=preview]").first.click()
    founder.wait_for_url("**/preview")
    expect(founder.locator(".lead").first).to_contain_text("한국어로")
    expect(founder.locator("#fits + .matches .match, .matches .match").first).to_be_visible()
    languages = founder.locator(".evidence blockquote").evaluate_all("all => all.map(one => one.lang)")
    assert {"ko", "en"} <= set(languages), "evidence stands there in two languages"
    expect(founder.locator(".missing a").first).to_be_visible()
    expect(founder.locator(".closed .instead a").first).to_be_visible()
    founder.locator("form[action$='/submit'] button").click()
    founder.wait_for_url("**/preview?done=submitted")
    expect(founder.locator("[data-state-words]")).to_have_text("제출완료")
    return founder.url.split("/")[-3]


def let_agency_read(founder: Page) -> None:
    """Interest alone shows nobody anything: the consent to the agency is a step of its own."""
    founder.locator(f"form[action$='/interest/{PROGRAM}'] button[value=yes]").click()
    said = founder.locator(f"#program-{PROGRAM}")
    expect(said).to_contain_text("관심 있음으로 표시됨")
    said.locator("a").click()
    founder.wait_for_url("**/consents?agency=*")
    for box in founder.locator("input[name=purposes]").all():
        box.check()
    founder.locator(".consent-form button").click()
    founder.wait_for_url("**/consents?done=given*")
    expect(founder.locator(".account-section strong").first).to_have_text("프로필을 볼 수 있음")


def accept(site: Site, lead: Page, startup: str) -> None:
    """The agency begins to decide, finds the startup in its queue and accepts it."""
    lead.goto(f"{site.address}/manage/programs/{PROGRAM}/review")
    lead.locator("form[action$='/phase'] button[value=decision]").click()
    answer_about_conflicts(lead, f"{site.address}/review/{PROGRAM}")
    lead.goto(site.address)
    lead.locator("nav.sections a[href='/review']").click()
    lead.locator(f"main a[href='/review/{PROGRAM}']").first.click()
    card = lead.locator(f"#startup-{startup}")
    expect(card).to_contain_text(SUMMARY[:12])
    card.locator("input[value=accept]").check()
    card.locator("textarea").fill("도르트문트와 잘 맞음")
    card.locator("form.decision button").click()
    expect(lead.locator(f"#startup-{startup}")).to_have_class(re.compile("is-accept"))


def publish(manager: Page, startup: str) -> None:
    """The manager looks at what would be published, writes the reason and publishes."""
    manager.locator("nav.sections a[href='/manage/programs']").click()
    manager.locator(f"main a[href='/manage/programs/{PROGRAM}']").first.click()
    manager.locator("main a[href$='/outcomes']").click()
    manager.locator(f"#reason-{startup}").fill(REASON)
    manager.locator("form[action$='/outcomes'] button").click()
    expect(manager.locator("section[aria-labelledby=published] td").first).to_have_text("선정")


def read_result(site: Site, founder: Page) -> None:
    """A letter says that there is a result; the page says which one and why, and takes an appeal."""
    assert "/outcomes" in site.wait_for_letter(EMAIL)
    founder.locator("nav.sections a[href='/startups']").click()
    founder.locator("main table a").click()
    founder.locator("main a[href$='/outcomes']").click()
    expect(founder.locator(".outcome-state")).to_have_text("선정")
    expect(founder.locator(".outcome")).to_contain_text(REASON)
    assert "도르트문트와 잘 맞음" not in founder.content(), "what the review says is not released"
    founder.locator(f"#text-{PROGRAM}").fill(APPEAL)
    founder.locator(".outcome form button").click()
    expect(founder.locator(".outcome")).to_contain_text(APPEAL)


def answer(manager: Page) -> None:
    """The manager answers the appeal."""
    manager.reload()
    expect(manager.locator(".appeal")).to_contain_text(APPEAL)
    manager.locator(".appeal textarea").fill("다시 읽었습니다. 결과는 그대로입니다.")
    manager.locator(".appeal button").click()
    expect(manager.locator(".appeal textarea")).to_have_count(0)


def see_answer_and_readers(founder: Page) -> None:
    """The answer stands below the appeal, and the agency among those who have seen the profile."""
    founder.reload()
    expect(founder.locator(".outcome")).to_contain_text("결과는 그대로입니다.")
    founder.locator(".trail a").click()
    founder.locator("a[href$='/readers']").click()
    expect(founder.locator("table.ledger")).to_contain_text("Dortmund")
    founder.locator(".trail a").click()


def take_away(founder: Page, folder: Path) -> None:
    """Everything that is held stands on a page and comes as a file."""
    founder.locator("a[href$='/export']").click()
    expect(founder.locator("main")).to_contain_text(SUMMARY)
    with founder.expect_download() as coming:
        founder.locator("a[download]").click()
    coming.value.save_as(folder / "export.json")
    held = json.dumps(json.loads((folder / "export.json").read_text(encoding="utf-8")), ensure_ascii=False)
    for words in (SUMMARY, REASON, APPEAL, EMAIL):
        assert words in held
    assert "도르트문트와 잘 맞음" not in held
    founder.locator(".trail a").click()


def erase(site: Site, founder: Page, lead: Page, startup: str) -> None:
    """A wrong name erases nothing; the right one everything, for the agency too."""
    founder.locator("a[href$='/erase']").click()
    founder.locator("#name").fill("Mirae")
    founder.locator(SUBMIT).click()
    expect(founder.locator("#problems")).to_be_visible()
    founder.locator("#name").fill(STARTUP)
    founder.locator(SUBMIT).click()
    founder.wait_for_url("**/account?done=startup-erased")
    expect(founder.locator("[role=status]")).to_contain_text("모든 내용을 삭제했습니다")
    founder.goto(f"{site.address}/startups/{startup}")
    expect(founder.locator(".error-status")).to_have_text("403")
    lead.reload()
    expect(lead.locator(".queue")).not_to_contain_text(SUMMARY[:12])
    expect(lead.locator(f"#startup-{startup}")).to_have_count(0)


def test_a_founder_signed_in_anew_on_another_device_goes_on_writing(site: Site, visitors: Visitors) -> None:
    desk, phone = visitors.open(), visitors.open(size=PHONE)
    sign_in(desk, site.address, site.logins["founder"])
    desk.goto(f"{site.address}/startups/S01/profile")
    desk.locator("#city").fill("울산 북구")
    expect(desk.locator("#save-state")).to_have_attribute("data-kind", "saved", timeout=WITHIN)

    sign_in(phone, site.address, site.logins["founder"])
    phone.goto(f"{site.address}/startups/S01/profile")
    expect(phone.locator("#city")).to_have_value("울산 북구")
    phone.locator("#employees").fill("21")
    expect(phone.locator("#save-state")).to_have_attribute("data-kind", "saved", timeout=WITHIN)
    desk.reload()

    expect(desk.locator("#employees")).to_have_value("21")
