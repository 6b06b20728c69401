"""Every mailer delivers the same letter: into a file, onto a stream, to a mail server of our own."""

import io
import socketserver
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Protocol

import pytest

from matcher.errors import FieldError
from matcher.settings import Settings
from matcher.workflows.mail import (
    ConsoleMailer,
    FileMailer,
    Letter,
    Mailer,
    SmtpMailer,
    SmtpServer,
    open_mailer,
    read_server,
)

SENDER = "Landfall <landfall@site.example>"
LINK = "http://127.0.0.1:8000/password/reset/" + "Ab-_9" * 20
LETTERS = [
    Letter("kim@example.com", "Kim", "Landfall: set a new password", f"Hello Kim,\n\n{LINK}\n"),
    Letter("kim@example.com", "김민수, 대표", "새 비밀번호를 정해 주십시오", f"안녕하세요.\n\n{LINK}\n"),
    Letter("kim@example.com", "", "One dot", ".\n..\n. .\n"),
]


@dataclass(frozen=True)
class Received:
    """What a letter says when it arrived."""

    to: str
    sender: str
    subject: str
    text: str


class Inbox(Protocol):
    """Where the letters of a mailer arrive."""

    def letters(self) -> list[Received]:
        """Read all of them, in the order they came."""


def read_message(content: str) -> Received:
    message = message_from_string(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_content()
    return Received(str(message["To"]), str(message["From"]), str(message["Subject"]), text)


@dataclass
class Folder:
    """A folder of files."""

    path: Path

    def letters(self) -> list[Received]:
        """Read the files by name."""
        return [read_message(path.read_text(encoding="utf-8")) for path in sorted(self.path.iterdir())]


@dataclass
class Stream:
    """A console that keeps what was written."""

    stream: io.StringIO

    def letters(self) -> list[Received]:
        """Read it as a person does: headers, an empty line, the text."""
        found = []
        for part in self.stream.getvalue().split("From: ")[1:]:
            sender, to, subject, _, text = part.split("\n", 4)
            found.append(
                Received(
                    to.removeprefix("To: "),
                    sender,
                    subject.removeprefix("Subject: "),
                    text.removesuffix("\n"),
                )
            )
        return found


class MailServer(socketserver.ThreadingTCPServer):
    """A mail server that takes every letter (RFC 5321, the commands smtplib sends)."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of this machine."""
        super().__init__(("127.0.0.1", 0), Conversation)
        self.received: list[str] = []

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self.server_address[1]
        return port

    def letters(self) -> list[Received]:
        """Read what was handed in."""
        return [read_message(content) for content in self.received]


class Conversation(socketserver.StreamRequestHandler):
    """One connection."""

    def handle(self) -> None:
        """Answer until QUIT."""
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            command = line.partition(" ")[0].upper()
            if command == "QUIT":
                self.say("221 bye")
                return
            if command == "DATA":
                self.say("354 go on")
                self.take()
            self.say("250 ok")

    def take(self) -> None:
        """Read a letter up to the lone dot."""
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        assert isinstance(self.server, MailServer)
        self.server.received.append(b"".join(lines).decode().replace("\r\n", "\n"))

    def say(self, line: str) -> None:
        """Answer with one line."""
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A mail server in a thread."""
    with MailServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["file", "console", "smtp"])
def mailer(request: pytest.FixtureRequest, tmp_path: Path, mail_server: MailServer) -> tuple[Mailer, Inbox]:
    """Each mailer with the place its letters arrive at."""
    if request.param == "file":
        return FileMailer(tmp_path / "mail", SENDER), Folder(tmp_path / "mail")
    if request.param == "console":
        stream = io.StringIO()
        return ConsoleMailer(SENDER, stream), Stream(stream)
    return SmtpMailer(SmtpServer("127.0.0.1", mail_server.port), SENDER), mail_server


@pytest.mark.parametrize("letter", LETTERS[:2])
def test_a_letter_arrives_as_it_was_written(mailer: tuple[Mailer, Inbox], letter: Letter) -> None:
    sending, inbox = mailer

    sending.send(letter)

    (received,) = inbox.letters()
    assert received.to in {f"{letter.name} <{letter.to}>", f'"{letter.name}" <{letter.to}>'}
    assert received == Received(received.to, SENDER, letter.subject, letter.text)


def test_every_letter_arrives_once(mailer: tuple[Mailer, Inbox]) -> None:
    sending, inbox = mailer

    for letter in LETTERS[:2]:
        sending.send(letter)

    assert sorted(received.subject for received in inbox.letters()) == sorted(
        letter.subject for letter in LETTERS[:2]
    )


def test_lines_of_dots_are_kept(tmp_path: Path, mail_server: MailServer) -> None:
    SmtpMailer(SmtpServer("127.0.0.1", mail_server.port), SENDER).send(LETTERS[2])
    FileMailer(tmp_path, SENDER).send(LETTERS[2])

    assert [letter.text for letter in mail_server.letters()] == [LETTERS[2].text]
    assert [letter.text for letter in Folder(tmp_path).letters()] == [LETTERS[2].text]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x00", "\u2028", "\x85", "\x0b"])
@pytest.mark.parametrize("field", ["to", "name", "subject"])
def test_no_further_header_can_be_slipped_in(mailer: tuple[Mailer, Inbox], field: str, end: str) -> None:
    sending, _ = mailer
    parts = {"to": "kim@example.com", "name": "Kim", "subject": "Hello"}
    parts[field] += f"{end}Bcc: evil@example.com"

    with pytest.raises(FieldError) as refused:
        sending.send(Letter(**parts, text="text"))

    assert refused.value.field == field


@pytest.mark.parametrize("address", ["", "kim", "@example.com", "kim@", "kim@a@b@"])
def test_what_is_no_address_is_refused(mailer: tuple[Mailer, Inbox], address: str) -> None:
    with pytest.raises(FieldError, match="to:"):
        mailer[0].send(Letter(address, "Kim", "Hello", "text"))


def test_only_the_server_itself_can_read_letters_in_files(tmp_path: Path) -> None:
    FileMailer(tmp_path / "mail", SENDER).send(LETTERS[0])

    (path,) = (tmp_path / "mail").iterdir()
    assert path.suffix == ".eml"
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o600, 0o700]


def test_a_server_elsewhere_gets_no_letter_without_tls(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server stands on this machine but is not known to: it offers no TLS, so nothing may be sent.
    monkeypatch.setattr(SmtpServer, "on_this_machine", False)

    with pytest.raises(OSError, match="STARTTLS"):
        SmtpMailer(SmtpServer("127.0.0.1", mail_server.port), SENDER).send(LETTERS[0])

    assert mail_server.received == []


def test_a_server_that_is_away_is_an_error_of_the_system() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), Conversation) as closed:
        port = closed.server_address[1]

    with pytest.raises(OSError):  # noqa: PT011  its words are the system's
        SmtpMailer(SmtpServer("127.0.0.1", port), SENDER).send(LETTERS[0])


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587)),
        ("smtp://localhost:2525", SmtpServer("localhost", 2525)),
        (
            "smtps://a%40b.example:p%2Fw%3A@mail.example",
            SmtpServer("mail.example", 465, "a@b.example", "p/w:", implicit_tls=True),
        ),
        ("smtp://[::1]:25/", SmtpServer("::1", 25)),
    ],
)
def test_the_setting_names_a_server(address: str, server: SmtpServer) -> None:
    assert read_server(address) == server


@pytest.mark.parametrize(
    ("host", "here"), [("localhost", True), ("127.0.0.9", True), ("::1", True), ("10.0.0.1", False)]
)
def test_tls_is_left_out_on_this_machine_alone(host: str, *, here: bool) -> None:
    assert SmtpServer(host, 25).on_this_machine is here


@pytest.mark.parametrize(
    "address",
    ["", "files", "http://host", "smtp://", "smtp://host:x", "smtp://:secret@host/folder", "smtp:host"],
)
def test_a_setting_that_names_nothing_is_refused_without_repeating_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(FieldError) as refused:
        open_mailer(Settings(data_dir=tmp_path, mail=address))

    assert refused.value.field == "LANDFALL_MAIL"
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("sender", ["", "a\nBcc: evil@example.com"])
def test_a_sender_that_is_no_address_is_refused(tmp_path: Path, sender: str) -> None:
    with pytest.raises(FieldError, match="LANDFALL_MAIL_FROM"):
        open_mailer(Settings(data_dir=tmp_path, mail_from=sender))


def test_the_setting_chooses_the_mailer(tmp_path: Path) -> None:
    chosen: Callable[[str], Mailer] = lambda value: open_mailer(Settings(data_dir=tmp_path, mail=value))  # noqa: E731

    assert [type(chosen(value)) for value in ("file", "console", "smtp://localhost:25")] == [
        FileMailer,
        ConsoleMailer,
        SmtpMailer,
    ]


def test_an_address_of_another_alphabet_can_be_kept_in_a_file(tmp_path: Path) -> None:
    FileMailer(tmp_path, SENDER).send(Letter("대표@예시.한국", "", "Hello", "text"))

    (letter,) = Folder(tmp_path).letters()
    assert letter.to == "대표@예시.한국"
