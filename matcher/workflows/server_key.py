"""The server's own key: seals what must be read again, and hashes what must only be recognised.

It lies outside the database, so that a copy of the database alone opens no second factor and names no
erased person. When it may be made is said in `first_keys`; everybody else only reads it.
"""

import hmac
import os
import secrets
from base64 import urlsafe_b64encode
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from matcher.errors import LandfallError
from matcher.settings import Settings

KEY_FILE = "server.key"
KEY_BYTES = 32


class ServerKeyError(LandfallError):
    """The key file is missing where it must exist, or does not fit what was sealed with it."""


class ServerKey:
    """One key with a purpose for every use, so that no two uses can be confused."""

    def __init__(self, key: bytes) -> None:
        """Take 32 random bytes."""
        self._key = key
        self._sealer = Fernet(urlsafe_b64encode(self._derive("seal")))

    def keyed_hash(self, purpose: str, value: str) -> str:
        """Hash a value so that only this server can recognise it: HMAC-SHA256 (RFC 2104), 64 digits."""
        return hmac.digest(self._derive(purpose), value.encode(errors="surrogatepass"), "sha256").hex()

    def seal(self, text: str) -> str:
        """Encrypt a text (Fernet: AES-128-CBC with HMAC-SHA256)."""
        return self._sealer.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            ServerKeyError: it was sealed with another key, or changed.
        """
        try:
            return self._sealer.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise ServerKeyError("server key: is not the one this was sealed with") from error

    def _derive(self, purpose: str) -> bytes:
        return hmac.digest(self._key, f"landfall {purpose}".encode(), sha256)


def server_key(settings: Settings) -> ServerKey:
    """Read the key; nothing is made in the place of one that is gone.

    Raises:
        ServerKeyError: there is none, or the file holds no key.
    """
    path = settings.keep / KEY_FILE
    try:
        return read_key(path)
    except FileNotFoundError as error:
        raise ServerKeyError(f"server key: {path} is missing; put it back from a backup") from error


def make_key(settings: Settings) -> ServerKey:
    """Make the key unless it is there; only for whoever made sure that none is missed.

    Raises:
        ServerKeyError: the file holds no key.
    """
    path = settings.keep / KEY_FILE
    try:
        return read_key(path)
    except FileNotFoundError:
        settings.keep.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path)
        return read_key(path)


def read_key(path: Path) -> ServerKey:
    """Read a key file.

    Raises:
        FileNotFoundError: there is none.
        ServerKeyError: the file holds no key.
    """
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise ServerKeyError(f"server key: {path} holds no key") from error
    if len(key) != KEY_BYTES:
        raise ServerKeyError(f"server key: {path} holds no key")
    return ServerKey(key)


def _write_once(path: Path) -> None:
    """Write a whole new key or leave the one another process was faster to write."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
