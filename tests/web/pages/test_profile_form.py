"""The profile form and its content: one comes back from the other."""

from hypothesis import given

from matcher.workflows.submission_contents import SubmissionContent
from tests.matcher.workflows.profiles import contents
from web.pages.profile_form import form_of, read_profile


@given(contents)
def test_content_comes_back_from_the_form(content: SubmissionContent) -> None:
    read = read_profile(form_of(content), content)

    assert read.refusals == ()
    assert read.content == content
