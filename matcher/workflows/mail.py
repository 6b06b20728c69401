"""Letters to people: by SMTP, or into files or onto the console where no mail server is set up."""

import os
import smtplib
import sys
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, make_msgid, parseaddr
from ipaddress import ip_address
from pathlib import Path
from secrets import token_hex
from ssl import create_default_context
from typing import Protocol, TextIO
from urllib.parse import unquote, urlsplit

from matcher.errors import FieldError
from matcher.settings import Settings
from models.base import now_utc

TIMEOUT_SECONDS = 10
_PORTS = {"smtp": 587, "smtps": 465}
_SETTING = "LANDFALL_MAIL"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of plain text to one person."""

    to: str
    name: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends letters."""

    def send(self, letter: Letter) -> None:
        """Send one letter.

        Raises:
            FieldError: a header of it holds a line break, or the address is none.
            OSError: it could not be sent; the errors of `smtplib` are among these.
        """


class ConsoleMailer:
    """Writes letters onto standard error, for trying things out."""

    def __init__(self, sender: str, stream: TextIO | None = None) -> None:
        """Take the sender and where to write; standard error by default."""
        self._sender = sender
        self._stream = stream

    def send(self, letter: Letter) -> None:
        """Write the letter as a person reads it."""
        message = compose(letter, self._sender)
        lines = [f"{name}: {message[name]}" for name in ("From", "To", "Subject")]
        stream = self._stream or sys.stderr
        stream.write("\n".join([*lines, "", letter.text, ""]))
        stream.flush()


class FileMailer:
    """Keeps every letter as one file that mail programs open; only the server's own user may read it."""

    def __init__(self, folder: Path, sender: str) -> None:
        """Take the folder, which is made when it is needed, and the sender."""
        self._folder = folder
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Write a new file, named so that the order of names is that of time."""
        # An address with letters of other alphabets cannot be written in ASCII.
        policy = SMTP if letter.to.isascii() else SMTPUTF8
        content = compose(letter, self._sender).as_bytes(policy=policy)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{now_utc():%Y%m%dT%H%M%SZ}-{token_hex(6)}.eml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where letters are handed in; `implicit_tls` speaks TLS from the first byte."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    implicit_tls: bool = False

    @property
    def on_this_machine(self) -> bool:
        """Whether nobody stands between us and the server, so that TLS guards nothing."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


class SmtpMailer:
    """Hands letters to a mail server; without TLS only to one on this machine."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        """Take the server and the sender."""
        self._server = server
        self._sender = sender

    def send(self, letter: Letter) -> None:
        """Open a connection, hand the letter in, and close it."""
        message = compose(letter, self._sender)
        with self._connect() as connection:
            if self._server.user:
                connection.login(self._server.user, self._server.password)
            connection.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.implicit_tls:
            return smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=create_default_context()
            )
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        try:
            if not server.on_this_machine:
                connection.starttls(context=create_default_context())
        except BaseException:
            connection.close()
            raise
        return connection


def open_mailer(settings: Settings) -> Mailer:
    """Build what the settings ask for; nothing is connected yet.

    Raises:
        FieldError: the setting is none of the known forms, or the sender is no address.
    """
    sender = settings.mail_from
    if not parseaddr(sender)[1] or _breaks_line(sender):
        raise FieldError("LANDFALL_MAIL_FROM", "is not an e-mail address")
    if settings.mail == "file":
        return FileMailer(_folder(settings), sender)
    if settings.mail == "console":
        return ConsoleMailer(sender)
    return SmtpMailer(read_server(settings.mail), sender)


def drop_old_letters(settings: Settings, before: datetime) -> None:
    """Delete the letters kept as files that were written before this time, also of an earlier setting."""
    for path in _folder(settings).glob("*.eml"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)


def read_server(address: str) -> SmtpServer:
    """Read where the mail server is from an address such as smtp://user:password@host:587.

    Raises:
        FieldError: it cannot be read; it is never repeated, because it may hold a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise FieldError(_SETTING, "is not an address") from error
    if parts.scheme not in _PORTS:
        raise FieldError(_SETTING, "is neither file nor console nor an address with smtp:// or smtps://")
    if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise FieldError(_SETTING, "is not of the form smtp://user:password@host:port")
    return SmtpServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        implicit_tls=parts.scheme == "smtps",
    )


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Put a letter into the form of RFC 5322.

    Raises:
        FieldError: a header holds a line break or another control character, or the address is none.
    """
    for field, value in (("to", letter.to), ("name", letter.name), ("subject", letter.subject)):
        if _breaks_line(value):
            raise FieldError(field, "holds a line break or another control character")
    message = EmailMessage()
    local, at, domain = letter.to.rpartition("@")
    try:
        message["To"] = Address(letter.name, username=local, domain=domain)
    except ValueError as error:
        raise FieldError("to", "is not an e-mail address") from error
    if not (local and at and domain):
        raise FieldError("to", "is not an e-mail address")
    message["From"] = sender
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now_utc())
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or "localhost")
    # Keeps holiday notices from being sent back.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _folder(settings: Settings) -> Path:
    return settings.data_dir / "mail"


def _breaks_line(value: str) -> bool:
    return any(not character.isprintable() for character in value)
