"""What the access tests send to each route: good forms where a denial depends on the thing it is about."""

from typing import Any

from tests.access.world import IMPORTS, INVITATION, QUESTION, RESET

PASSWORD = "seven lanterns over the harbour"  # noqa: S105  of nobody

TOKENS = {"/password/reset/{token}": RESET, "/invitations/{token}": INVITATION}

INSTEAD: dict[tuple[str, str], dict[str, str]] = {
    ("POST", "/imports/{import_id}/cancel"): {"import_id": IMPORTS["cancel"]},
    ("POST", "/imports/{import_id}/commit"): {"import_id": IMPORTS["commit"]},
    ("POST", "/imports/{import_id}/mapping"): {"import_id": IMPORTS["mapping"]},
    ("POST", "/manage/conflicts/{account_id}/{startup_id}"): {"startup_id": "fx-s60"},
    ("POST", "/manage/programs/{program_id}/publish"): {"program_id": "fx-program-2"},
    ("POST", "/manage/programs/{program_id}/return"): {"program_id": "fx-program-2"},
    ("POST", "/manage/programs/{program_id}/versions/{number}/draft"): {"number": "1"},
    ("POST", "/startups/{startup_id}/questions/{question_id}"): {"question_id": QUESTION},
}
"""Ids a route is asked with in the place of the usual ones: the second program waits for a manager."""

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/api/v1/match"): {"text": "We build batteries."},
    ("POST", "/try"): {"text": "We build batteries."},
    ("POST", "/login"): {"email": "nobody@fixture.landfall.example", "password": PASSWORD},
    ("POST", "/login/code"): {"code": "000000"},
    ("POST", "/password/forgot"): {"email": "nobody@fixture.landfall.example"},
    ("POST", "/password/reset/{token}"): {"password": PASSWORD},
    ("POST", "/account/name"): {"name": "Somebody"},
    ("POST", "/account/language"): {"language": "de"},
    ("POST", "/account/password"): {"current_password": PASSWORD, "password": f"{PASSWORD} again"},
    ("POST", "/account/second-factor"): {"current_password": PASSWORD},
    ("POST", "/account/second-factor/confirm"): {"code": "000000", "setup": "x"},
    ("POST", "/account/second-factor/remove"): {"current_password": PASSWORD},
    ("POST", "/account/recovery-codes"): {"current_password": PASSWORD},
    ("POST", "/account/tokens"): {"name": "reader", "scopes": "read", "days": "30"},
    ("POST", "/invitations/{token}"): {"name": "New Person", "password": PASSWORD},
    ("POST", "/account/erase"): {"name": "nobody@fixture.landfall.example"},
    ("POST", "/startups/{startup_id}/erase"): {"name": "Another name"},
    ("POST", "/startups/{startup_id}/consents"): {"agency_id": "fx-agency-a", "words_version": "0"},
    ("POST", "/startups/{startup_id}/consents/withdraw"): {
        "agency_id": "fx-agency-a",
        "purpose": "review",
    },
    ("POST", "/people/invitations"): {
        "email": "other.person@fixture.landfall.example",
        "role": "reviewer",
        "agency_id": "fx-agency-a",
    },
    ("POST", "/people/{account_id}/office"): {"office": "manager"},
    ("POST", "/people/{account_id}/memberships"): {"role": "founder", "startup_id": "fx-s01"},
    ("POST", "/people/{account_id}/memberships/remove"): {"agency_id": "fx-agency-a"},
    ("POST", "/people/{account_id}/memberships/lead"): {"agency_id": "fx-agency-a", "lead": "true"},
    ("POST", "/manage/programs"): {"agency": "fx-agency-a", "name_en": "Another program"},
    ("POST", "/manage/programs/{program_id}/submit"): {"revision": "1"},
    ("POST", "/manage/programs/{program_id}/discard"): {"revision": "1"},
    ("POST", "/manage/programs/{program_id}/publish"): {"revision": "2"},
    ("POST", "/manage/programs/{program_id}/return"): {"revision": "2", "answer": "Please name the city."},
    ("POST", "/manage/programs/{program_id}/review"): {"state": "close"},
    ("POST", "/manage/conflicts/challenges"): {"account_id": "x", "startup": "fx-s01", "words": "No."},
    ("POST", "/manage/conflicts/{account_id}/{startup_id}"): {"conflict": "true", "reason": "Shares."},
    ("POST", "/review/{program_id}/conflicts"): {"words": ""},
    ("POST", "/review/{program_id}/{startup_id}/step-back"): {"words": "I advised them."},
    ("POST", "/startups"): {"name": "Another startup"},
    ("POST", "/startups/{startup_id}/profile"): {"revision": "1", "name": "Fixture", "city": "Daejeon"},
    ("POST", "/startups/{startup_id}/profile/submit"): {"revision": "1"},
    ("POST", "/startups/{startup_id}/profile/plan"): {"revision": "1", "name": "Fixture"},
    ("POST", "/startups/{startup_id}/profile/plan/take"): {
        "revision": "1",
        "take": "trl",
        "value:trl": "6",
    },
    ("POST", "/startups/{startup_id}/profile/interest/{program_id}"): {"interested": "yes"},
    ("PUT", "/api/v1/profiles/{startup_id}"): {"name": "Fixture"},
    ("PATCH", "/api/v1/profiles/{startup_id}"): {"city": "Daejeon"},
    ("POST", "/api/v1/profiles/{startup_id}/submit"): {"revision": "1"},
    ("POST", "/api/v1/reviews/{program_id}/{startup_id}/decision"): {"decision": "maybe", "revision": 0},
    ("POST", "/api/v1/reviews/{program_id}/{startup_id}/order"): {"pinned": True},
    ("PUT", "/api/v1/reviews/{program_id}/{startup_id}"): {"decision": "maybe"},
    # No route of its own: it asks for a startup of this name, and there is none.
    ("PUT", "/api/v1/reviews/{program_id}/learning"): {"decision": "maybe"},
    ("POST", "/imports/{import_id}/mapping"): {"column": "name"},
    ("POST", "/manage/programs/{program_id}/outcomes"): {"mark": "0"},
    ("POST", "/manage/programs/{program_id}/outcomes/appeals/{appeal_id}"): {"answer": "We looked again."},
    ("POST", "/manage/programs/{program_id}/review/rules"): {"wanted_reviews": "3", "revision": "0"},
    ("POST", "/manage/programs/{program_id}/review/phase"): {"phase": "decision", "revision": "0"},
    ("POST", "/manage/programs/{program_id}/review/confirm"): {"mark": "0"},
    ("POST", "/manage/questions/{question_id}"): {"act": "relay", "text": "What is passed on?"},
    ("POST", "/review/{program_id}/{startup_id}/discussion"): {"text": "We like it."},
    ("POST", "/review/{program_id}/{startup_id}/questions"): {"question": "Who is your customer?"},
    ("POST", "/startups/{startup_id}/questions/{question_id}"): {"answer": "A harbour."},
    ("POST", "/startups/{startup_id}/outcomes"): {"program": "fx-program-1", "text": "Please look again."},
    ("POST", "/review/{program_id}/shortlist"): {"file_format": "csv", "reason": "jury"},
    ("POST", "/review/{program_id}/bulk"): {"chosen": "fx-s01:0", "decision": "maybe"},
    ("POST", "/review/{program_id}/{startup_id}/draft"): {"reason": "so far", "revision": "0"},
    ("POST", "/review/{program_id}/{startup_id}/exclude"): {"excluded": "true"},
    ("POST", "/review/{program_id}/{startup_id}/liking"): {"liking": "1"},
    ("POST", "/review/{program_id}/{startup_id}/override"): {
        "verdict": "eligible",
        "override_reason": "a branch abroad",
        "seen": "0",
    },
    ("POST", "/review/{program_id}/{startup_id}/decision"): {"decision": "maybe", "revision": "0"},
    ("POST", "/review/{program_id}/{startup_id}/move"): {"position": "1"},
    ("POST", "/review/{program_id}/{startup_id}/pin"): {"pinned": "true"},
}
