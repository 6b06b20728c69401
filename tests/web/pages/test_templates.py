"""Templates use what their page objects hold, nothing more and nothing less."""

from dataclasses import fields
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from web.error_pages import ErrorPage
from web.pages.account import AccountPage, SetupPage
from web.pages.conflicts import ConflictsPage, DeclarationPage
from web.pages.consents import ConsentsPage
from web.pages.discussions import DiscussionPage
from web.pages.home import AboutPage, HomePage
from web.pages.imports import ImportPage, LookingPage
from web.pages.imports import PreviewPage as ImportPreviewPage
from web.pages.invitations import InvitationPage
from web.pages.login import CodePage, ForgotPage, LoginPage, RecoveryCodesPage, ResetPage
from web.pages.manage_programs import DraftPage, ManagedListPage, ManagedPage, PreviewPage, VersionPage
from web.pages.notices import NoticesPage
from web.pages.outcomes import ManagedOutcomesPage, OwnOutcomesPage
from web.pages.people import InvitedPage, PeoplePage, PersonPage
from web.pages.privacy import ErasePage, ExportPage, NoticePage, ReadersPage
from web.pages.profile import ProfilePage, ProfilePreviewPage, ProfileVersionPage
from web.pages.profile_plans import PlanPage
from web.pages.programs import CataloguePage, ProgramPage
from web.pages.questions import ManagedQuestionsPage, OwnQuestionsPage
from web.pages.review import CandidatePage, ConflictPage, QueuePage, ReviewPage
from web.pages.review_reports import ReportPage, ReviewsPage
from web.pages.round_figures import CasesPage, FiguresPage
from web.pages.round_runs import ComparePage, DryRunPage, PublishPage, RunPage, WhyNotPage
from web.pages.round_settings import SettingsPage
from web.pages.round_shortlist import ShortlistPage
from web.pages.rounds import RoundPage, RoundsPage
from web.pages.startups import StartupPage, StartupsPage
from web.pages.tokens import TokensPage
from web.pages.try_it import ResultPage, TryPage
from web.pages.webhooks import WebhookPage, WebhooksPage
from web.rendering import TEMPLATES, environment

PAGES: dict[str, type] = {
    "about.html": AboutPage,
    "account/account.html": AccountPage,
    "account/code.html": CodePage,
    "account/forgot.html": ForgotPage,
    "account/login.html": LoginPage,
    "account/recovery_codes.html": RecoveryCodesPage,
    "account/reset.html": ResetPage,
    "account/second_factor.html": SetupPage,
    "conflicts/declare.html": DeclarationPage,
    "conflicts/manage.html": ConflictsPage,
    "discussion/candidate.html": DiscussionPage,
    "discussion/managed.html": ManagedQuestionsPage,
    "discussion/own.html": OwnQuestionsPage,
    "error.html": ErrorPage,
    "home.html": HomePage,
    "imports/form.html": ImportPage,
    "imports/looking.html": LookingPage,
    "imports/preview.html": ImportPreviewPage,
    "invitations/accept.html": InvitationPage,
    "manage/draft.html": DraftPage,
    "manage/preview.html": PreviewPage,
    "manage/program.html": ManagedPage,
    "manage/programs.html": ManagedListPage,
    "manage/version.html": VersionPage,
    "notices/list.html": NoticesPage,
    "outcomes/manage.html": ManagedOutcomesPage,
    "outcomes/own.html": OwnOutcomesPage,
    "people/invited.html": InvitedPage,
    "people/list.html": PeoplePage,
    "people/person.html": PersonPage,
    "privacy/consents.html": ConsentsPage,
    "privacy/erase.html": ErasePage,
    "privacy/export.html": ExportPage,
    "privacy/notice.html": NoticePage,
    "privacy/readers.html": ReadersPage,
    "profile/form.html": ProfilePage,
    "profile/plan.html": PlanPage,
    "profile/preview.html": ProfilePreviewPage,
    "profile/version.html": ProfileVersionPage,
    "programs/detail.html": ProgramPage,
    "programs/list.html": CataloguePage,
    "review/candidate.html": CandidatePage,
    "reports/list.html": ReviewsPage,
    "reports/program.html": ReportPage,
    "rounds/compare.html": ComparePage,
    "rounds/dry_run.html": DryRunPage,
    "rounds/figure_cases.html": CasesPage,
    "rounds/figures.html": FiguresPage,
    "rounds/list.html": RoundsPage,
    "rounds/publish.html": PublishPage,
    "rounds/round.html": RoundPage,
    "rounds/run.html": RunPage,
    "rounds/settings.html": SettingsPage,
    "rounds/shortlist.html": ShortlistPage,
    "rounds/why_not.html": WhyNotPage,
    "review/conflict.html": ConflictPage,
    "review/programs.html": ReviewPage,
    "review/queue.html": QueuePage,
    "startups/detail.html": StartupPage,
    "startups/list.html": StartupsPage,
    "tokens/list.html": TokensPage,
    "try/form.html": TryPage,
    "try/result.html": ResultPage,
    "webhooks/list.html": WebhooksPage,
    "webhooks/webhook.html": WebhookPage,
}
ALWAYS_THERE = {"site", *environment().globals}


def defined_in(tree: nodes.Template) -> set[str]:
    """Name what a template imports, defines as a macro or sets itself."""
    imported = {item for node in tree.find_all(nodes.FromImport) for item in node.names}
    macros = {node.name for node in tree.find_all(nodes.Macro)}
    targets = (node.target for node in tree.find_all(nodes.Assign))
    assigned = {target.name for target in targets if isinstance(target, nodes.Name)}
    return {item for item in imported if isinstance(item, str)} | macros | assigned


def test_every_page_template_has_a_page_object() -> None:
    found = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html")}

    assert {name for name in found if not name.startswith("_")} == set(PAGES)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_template_uses_exactly_the_fields_of_its_page(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")

    tree = environment().parse(source)
    held = {field.name for field in fields(PAGES[name])}

    used = meta.find_undeclared_variables(tree) - ALWAYS_THERE

    # Blocks do not see that a name was imported or set outside of them.
    assert used - (defined_in(tree) - held) == held


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_referenced_template_exists(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    for name in meta.find_referenced_templates(environment().parse(source)):
        assert name is not None
        assert environment().get_template(name).filename is not None


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_nothing_is_inline(path: Path) -> None:
    source = path.read_text(encoding="utf-8")

    assert "style=" not in source
    assert "<style" not in source
    assert " onclick" not in source
    assert source.count("<script") == source.count("<script src=")
