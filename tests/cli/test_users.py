"""landfall user: accounts are made, shut and opened from the machine itself."""

import sqlite3

from tests.cli.conftest import Landfall

PASSWORD = "correct horse battery staple"  # noqa: S105  of nobody
TYPED = f"{PASSWORD}\n".encode()


def rows(landfall: Landfall, query: str) -> list[tuple[object, ...]]:
    """Ask the database."""
    connection = sqlite3.connect(landfall.data / "landfall.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def create(landfall: Landfall, email: str, role: str = "admin", stdin: bytes = TYPED) -> str:
    """Make an account and give what was said."""
    done = landfall.call(
        "user", "create", email, "--role", role, "--name", "Kim", "--password-stdin", stdin=stdin
    )
    assert (done.code, done.out) == (0, ""), done
    return done.err


def test_an_account_is_made_with_a_password_from_standard_input(seeded: Landfall) -> None:
    said = [create(seeded, " Boss@Example.com "), create(seeded, "kim@example.com", "member")]

    assert said == [
        "account: boss@example.com is there, admin\n",
        "account: kim@example.com is there, member\n",
    ]
    assert rows(seeded, "SELECT email, name, office FROM account ORDER BY email") == [
        ("boss@example.com", "Kim", "admin"),
        ("kim@example.com", "Kim", "none"),
    ]
    assert rows(seeded, "SELECT actor, act FROM auditentry") == [("operator", "account-created")] * 2
    assert PASSWORD.encode() not in b"".join(seeded.files().values())


def test_without_a_password_a_link_is_printed_and_no_account_is_there(seeded: Landfall) -> None:
    done = seeded.call("user", "create", "boss@example.com", "--role", "admin", "--name", "Kim")

    address, _, token = done.out.strip().rpartition("/")
    assert (done.code, address) == (0, "/invitations")
    assert done.err == "invitation: put the address of the site before it (LANDFALL_PUBLIC_URL is not set)\n"
    assert len(token) == 43
    assert rows(seeded, "SELECT count(*) FROM account") == [(0,)]


def test_the_link_begins_with_the_address_of_the_site_where_it_is_known(seeded: Landfall) -> None:
    site = seeded.having(public_url="https://landfall.example/")

    done = site.call("user", "create", "boss@example.com", "--role", "admin", "--name", "Kim")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("https://landfall.example/invitations/")


def test_no_account_is_made_where_the_server_key_is_gone(seeded: Landfall) -> None:
    create(seeded, "kim@example.com")
    key = seeded.folder / "data-keep" / "server.key"
    key.unlink()
    connection = sqlite3.connect(seeded.data / "landfall.db")
    connection.execute("UPDATE account SET totp_sealed = 'sealed', totp_confirmed_at = created_at")
    connection.commit()
    connection.close()

    for command in (("user", "create", "b@example.com", "--role", "admin", "--name", "B"), ("seed",)):
        assert seeded.call(*command).complaint.startswith(f"landfall: server key: {key} is gone")

    assert not key.exists()
    assert len(rows(seeded, "SELECT 1 FROM account")) == 1


def test_refusals_are_one_line(seeded: Landfall) -> None:
    create(seeded, "boss@example.com")

    def refuse(*arguments: str, stdin: bytes = TYPED) -> str:
        return seeded.call("user", *arguments, stdin=stdin).complaint

    made = ("create", "boss@example.com", "--role", "admin", "--name", "Kim")
    member = ("create", "kim@example.com", "--role", "member", "--name", "Kim")
    assert refuse(*made, "--password-stdin") == "landfall: email: there is an account with this address"
    assert refuse(*made) == "landfall: email: there is an account with this address"
    assert refuse(*member, "--password-stdin", stdin=b"short\n") == (
        "landfall: password: takes 12 to 200 characters"
    )
    assert refuse(*member, "--password-stdin", stdin=b"") == "landfall: password: standard input is empty"
    assert refuse(*member) == (
        "landfall: password: a member needs one here, or is invited on the page of the people"
    )
    assert refuse("disable", "boss@example.com") == (
        "landfall: account: is the last admin's; make somebody else an admin first"
    )
    assert refuse("enable", "nobody@example.com") == "landfall: email: no account has this address"


def test_an_account_is_shut_opened_and_loses_its_second_factor(seeded: Landfall) -> None:
    create(seeded, "kim@example.com", "member")
    said = [
        seeded.call("user", command, "kim@example.com").err
        for command in ("disable", "enable", "reset-second-factor")
    ]

    assert said == [
        "account: kim@example.com is shut\n",
        "account: kim@example.com is open\n",
        "account: kim@example.com signs in without a code, or sets up a new app\n",
    ]
    assert rows(seeded, "SELECT act FROM auditentry ORDER BY id") == [
        ("account-created",),
        ("account-disabled",),
        ("account-enabled",),
        ("second-factor-removed",),
    ]
