"""Random secrets that are handed out once and stored as hashes only."""

import secrets
from hashlib import sha256

TOKEN_BYTES = 32


def new_token(prefix: str = "") -> str:
    """Make a secret of 256 random bits, safe in an address and in a cookie."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    """Give what is stored of a secret: SHA-256, which suffices for random secrets; 64 hexadecimal digits."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
