"""What is old goes, and what is still needed stays."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from matcher.settings import Settings
from matcher.workflows.housekeeping import tidy_letters, tidy_rows
from matcher.workflows.mail import Letter, open_mailer
from models.base import now_utc
from models.database import read_session, write_session
from models.tables import Account, Invitation, KnownDevice, PasswordReset, SignIn

NOW = now_utc()
DAY = timedelta(days=1)


@pytest.fixture(name="account_id")
def somebody(bare: Engine) -> str:
    """Add an account and give its id."""
    account = Account(email="a@x.example", name="A")
    with write_session(bare) as session:
        session.add(account)
        session.flush()
        return account.id


def test_invitations_go_ninety_days_after_their_end(bare: Engine) -> None:
    ends = {
        "pending": {"expires_at": NOW + DAY},
        "ran out of late": {"expires_at": NOW - 89 * DAY},
        "ran out long ago": {"expires_at": NOW - 91 * DAY},
        "used of late": {"expires_at": NOW - 80 * DAY, "accepted_at": NOW - 89 * DAY},
        "used long ago": {"expires_at": NOW - 80 * DAY, "accepted_at": NOW - 91 * DAY},
        "revoked of late": {"expires_at": NOW - 80 * DAY, "revoked_at": NOW - 89 * DAY},
        "revoked long ago": {"expires_at": NOW - 80 * DAY, "revoked_at": NOW - 91 * DAY},
    }
    with write_session(bare) as session:
        for name, times in ends.items():
            session.add(Invitation(token_hash=name, email="x@x.example", role="manager", **times))  # type: ignore[arg-type]  # times

    tidy_rows(bare, NOW)

    with read_session(bare) as session:
        left = set(session.exec(select(Invitation.token_hash)))
    assert left == {"pending", "ran out of late", "used of late", "revoked of late"}


def test_sessions_links_and_browsers_go_when_they_are_good_no_more(bare: Engine, account_id: str) -> None:
    half_a_day = timedelta(hours=12)
    with write_session(bare) as session:
        for name, made in (("good", NOW - timedelta(hours=11)), ("over", NOW - half_a_day - DAY)):
            session.add(SignIn(token_hash=name, account_id=account_id, created_at=made))
        for name, made in (("good", NOW - 364 * DAY), ("over", NOW - 366 * DAY)):
            session.add(KnownDevice(token_hash=name, account_id=account_id, created_at=made))
        later, earlier = NOW + timedelta(minutes=1), NOW - timedelta(minutes=1)
        for name, until, used in (("good", later, None), ("over", earlier, None), ("used", later, NOW)):
            session.add(PasswordReset(token_hash=name, account_id=account_id, expires_at=until, used_at=used))

    tidy_rows(bare, NOW)

    with read_session(bare) as session:
        for table in (SignIn, KnownDevice, PasswordReset):
            assert session.exec(select(table.token_hash)).all() == ["good"]
        assert session.exec(select(Account.id)).all() == [account_id]


def test_letters_in_files_go_after_thirty_days(settings: Settings) -> None:
    mailer = open_mailer(settings)
    for name in ("of late", "long ago"):
        mailer.send(Letter("a@x.example", "A", name, "https://landfall.example/invitations/secret"))
    folder = settings.data_dir / "mail"
    (folder / "notes.txt").write_text("not a letter")
    for path in folder.iterdir():
        old = path.suffix == ".txt" or b"long ago" in path.read_bytes()
        when = (NOW - (31 if old else 29) * DAY).timestamp()
        os.utime(path, (when, when))

    tidy_letters(settings, NOW)

    left = sorted(folder.iterdir(), key=lambda path: path.suffix)
    assert [path.suffix for path in left] == [".eml", ".txt"]
    assert b"of late" in left[0].read_bytes()


def test_without_a_folder_of_letters_there_is_nothing_to_do(settings: Settings) -> None:
    tidy_letters(settings, NOW)

    assert not settings.data_dir.exists()
