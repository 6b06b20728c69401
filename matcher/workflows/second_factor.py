"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes that stand in for it.

While it is set up the new secret lies in the form, sealed by the server: nothing is stored until a right
code shows that the app has it, and an app in use stays in use until then.
"""

import hmac
import json
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyotp
from sqlmodel import Session, col, delete, func, select

from matcher.errors import AccessDeniedError, FieldError, SecondFactorNeededError, UnknownThingError
from matcher.workflows.accounts import own_account
from matcher.workflows.audits import Act, record
from matcher.workflows.logins import remember_device
from matcher.workflows.passwords import verify_password
from matcher.workflows.secret_tokens import hash_token, new_token
from matcher.workflows.server_key import ServerKey, ServerKeyError
from matcher.workflows.sign_ins import close_sign_ins, revoke_tokens
from matcher.workflows.throttles import SignInThrottles
from models.access import Actor
from models.account import Office
from models.base import now_utc
from models.tables import Account, RecoveryCode, SignIn

ISSUER = "Landfall"
STEP_SECONDS = 30
STEPS_AROUND = 1
"""Steps before and after the present one whose code is taken too, for clocks that differ."""

SETUP_OPEN_FOR = timedelta(minutes=30)
RECOVERY_CODES = 10
_CODE_DIGITS = 6
_RECOVERY_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_RECOVERY_GROUPS = 3
_RECOVERY_GROUP = 4


@dataclass(frozen=True, slots=True)
class Setup:
    """A second factor that is being set up.

    Attributes:
        secret: what the app is given, in the letters of base32.
        uri: the same for a QR code, as authenticator apps read it.
        sealed: the secret for the hidden field of the form; only this server can open it.
    """

    secret: str
    uri: str
    sealed: str


@dataclass(frozen=True, slots=True)
class GivenCode:
    """What a browser gets for a right code: a new secret for each cookie."""

    token: str
    device_token: str | None


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A second factor that was just set up: the codes are shown once."""

    recovery_codes: tuple[str, ...]
    given: GivenCode


def must_set_up(session: Session, actor: Actor) -> bool:
    """Say whether this account can do nothing until an authenticator app is set up."""
    account = _account_of(session, actor)
    return account.office != Office.NONE and account.totp_confirmed_at is None


def begin(session: Session, key: ServerKey, actor: Actor) -> Setup:
    """Draw a new secret for an authenticator app; nothing is stored.

    Raises:
        SecondFactorNeededError: an app is in use and its code was not given yet.
    """
    account = _account_of(session, actor)
    _must_not_wait_for_the_old_one(actor, account)
    secret = pyotp.random_base32(32)
    until = now_utc() + SETUP_OPEN_FOR
    sealed = key.seal(json.dumps({"for": account.id, "secret": secret, "until": until.timestamp()}))
    return _setup(account, secret, sealed)


def resume(session: Session, key: ServerKey, actor: Actor, sealed: str) -> Setup:
    """Give a set-up again whose code was wrong.

    Raises:
        FieldError: it was begun too long ago, or by somebody else.
    """
    account = _account_of(session, actor)
    return _setup(account, _unseal(key, account, sealed), sealed)


def confirm(
    session: Session,
    key: ServerKey,
    throttles: SignInThrottles,
    actor: Actor,
    *,
    sealed: str,
    code: str,
    device_token: str | None = None,
) -> NewFactor:
    """Take the new secret into use, because its app gave a right code.

    Every other session of the account ends.

    Raises:
        FieldError: the code is not the app's, or the set-up was begun too long ago.
        SecondFactorNeededError: an app is in use and its code was not given yet.
        TooManyAttemptsError: too many codes were wrong of late.
    """
    account = _account_of(session, actor)
    _must_not_wait_for_the_old_one(actor, account)
    secret = _unseal(key, account, sealed)
    throttles.codes.take(account.id)
    step = _matching_step(secret, _typed(code), now_utc())
    if step is None:
        raise FieldError("code", "is not the code the app shows now")
    throttles.codes.give_back(account.id)
    account.totp_sealed = key.seal(secret)
    account.totp_confirmed_at = now_utc()
    account.totp_last_step = step
    account.revision += 1
    session.add(account)
    close_sign_ins(session, account.id, but=actor.sign_in)
    record(session, actor, Act.SECOND_FACTOR_SET, about=account.id)
    codes = _draw_recovery_codes(session, key, account)
    return NewFactor(codes, _rotate(session, actor, account, device_token))


def give_code(
    session: Session,
    key: ServerKey,
    throttles: SignInThrottles,
    actor: Actor,
    code: str,
    *,
    device_token: str | None = None,
) -> GivenCode:
    """Complete a sign-in with the code of the app or a recovery code; each is good once.

    Raises:
        FieldError: the code is not good, or no more.
        TooManyAttemptsError: too many were wrong of late.
    """
    account = _account_of(session, actor)
    throttles.codes.take(account.id)
    how = _use_code(session, key, account, _typed(code))
    if how is None:
        raise FieldError("code", "is not the code the app shows now, nor a recovery code that is left")
    throttles.codes.give_back(account.id)
    record(session, actor, Act.SIGN_IN, about=account.id, details={"second_factor": how})
    return _rotate(session, actor, account, device_token)


def new_recovery_codes(session: Session, key: ServerKey, actor: Actor) -> tuple[str, ...]:
    """Draw new recovery codes; the old ones are good no more.

    Raises:
        FieldError: there is no second factor.
    """
    account = own_account(session, actor)
    if account.totp_confirmed_at is None:
        raise FieldError("code", "set up the authenticator app first")
    codes = _draw_recovery_codes(session, key, account)
    record(session, actor, Act.RECOVERY_CODES_MADE, about=account.id)
    return codes


def recovery_codes_left(session: Session, account: Account) -> int:
    """Count the recovery codes that are still good."""
    return session.exec(
        select(func.count())
        .select_from(RecoveryCode)
        .where(RecoveryCode.account_id == account.id, col(RecoveryCode.used_at).is_(None))
    ).one()


def check_own_password(throttles: SignInThrottles, account: Account, password: str) -> None:
    """Make sure that it is still the owner who sits at a signed-in browser.

    Raises:
        FieldError: the password is wrong.
        TooManyAttemptsError: too many were wrong of late.
    """
    key = f"owner {account.id}"
    throttles.passwords.take(key)
    if not verify_password(account.password_hash, password):
        raise FieldError("current_password", "is not the password of this account")
    throttles.passwords.give_back(key)


def remove(session: Session, throttles: SignInThrottles, actor: Actor, password: str) -> None:
    """Sign in with the password alone from now on.

    Raises:
        AccessDeniedError: managers and admins need the second factor.
        FieldError: the password is wrong.
        TooManyAttemptsError: too many passwords were wrong of late.
    """
    account = own_account(session, actor)
    if account.office != Office.NONE:
        raise AccessDeniedError("second factor: managers and admins need it")
    check_own_password(throttles, account, password)
    _forget_factor(session, actor, account)


def reset(session: Session, actor: Actor, account: Account) -> None:
    """Let somebody who lost app and recovery codes set up a new one; sessions end, API tokens are revoked."""
    close_sign_ins(session, account.id)
    revoke_tokens(session, account.id)
    _forget_factor(session, actor, account)


def _account_of(session: Session, actor: Actor) -> Account:
    """Give the account of somebody whose code may still be missing."""
    account = session.get(Account, actor.account_id) if actor.account_id else None
    if account is None:
        raise UnknownThingError("account")
    return account


def _forget_factor(session: Session, actor: Actor, account: Account) -> None:
    account.totp_sealed = None
    account.totp_confirmed_at = None
    account.totp_last_step = 0
    account.revision += 1
    session.add(account)
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    record(session, actor, Act.SECOND_FACTOR_REMOVED, about=account.id)


def _must_not_wait_for_the_old_one(actor: Actor, account: Account) -> None:
    if actor.waits_for_code and account.totp_confirmed_at is not None:
        raise SecondFactorNeededError


def _setup(account: Account, secret: str, sealed: str) -> Setup:
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.email, issuer_name=ISSUER)
    return Setup(secret, uri, sealed)


def _unseal(key: ServerKey, account: Account, sealed: str) -> str:
    stale = FieldError("setup", "was begun too long ago; begin again")
    try:
        held = json.loads(key.unseal(sealed))
        owner, secret, until = held["for"], str(held["secret"]), float(held["until"])
    except (ServerKeyError, ValueError, KeyError, TypeError) as error:
        raise stale from error
    if owner != account.id or datetime.fromtimestamp(until, UTC) < now_utc():
        raise stale
    return secret


def _typed(code: str) -> str:
    """Spell a code one way, whatever keyboard and grouping it was typed with."""
    plain = unicodedata.normalize("NFKC", code[:100]).lower()
    return "".join(character for character in plain if character.isalnum())


def _use_code(session: Session, key: ServerKey, account: Account, code: str) -> str | None:
    """Use a code up and say of which kind it was; None where it is not good."""
    if len(code) != _CODE_DIGITS:
        return "recovery code" if _use_recovery_code(session, key, account, code) else None
    if account.totp_sealed is None or account.totp_confirmed_at is None:
        return None
    step = _matching_step(key.unseal(account.totp_sealed), code, now_utc())
    if step is None or step <= account.totp_last_step:
        return None
    account.totp_last_step = step
    session.add(account)
    return "app"


def _matching_step(secret: str, code: str, now: datetime) -> int | None:
    app = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now.timestamp()) // STEP_SECONDS
    matching = None
    # Every step is compared, so that the time taken tells nothing.
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        expected = app.at(step * STEP_SECONDS)
        if hmac.compare_digest(expected.encode(), code.encode(errors="surrogatepass")):
            matching = step
    return matching


def _use_recovery_code(session: Session, key: ServerKey, account: Account, code: str) -> bool:
    row = session.get(RecoveryCode, _recovery_hash(key, account, code))
    if row is None or row.account_id != account.id or row.used_at is not None:
        return False
    row.used_at = now_utc()
    session.add(row)
    return True


def _draw_recovery_codes(session: Session, key: ServerKey, account: Account) -> tuple[str, ...]:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))
    codes = tuple(_recovery_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCode(code_hash=_recovery_hash(key, account, _typed(code)), account_id=account.id)
        for code in codes
    )
    session.flush()
    return codes


def _recovery_code() -> str:
    """Draw a code a person can copy by hand: 59 bits, no letter that looks like a digit."""
    groups = (
        "".join(secrets.choice(_RECOVERY_LETTERS) for _ in range(_RECOVERY_GROUP))
        for _ in range(_RECOVERY_GROUPS)
    )
    return "-".join(groups)


def _recovery_hash(key: ServerKey, account: Account, code: str) -> str:
    # Short enough to be found out from a plain hash; the key lies outside the database.
    return key.keyed_hash("recovery code", f"{account.id} {code}")


def _rotate(session: Session, actor: Actor, account: Account, device_token: str | None) -> GivenCode:
    """Give the session a new secret and the second factor; it ends when it would have ended."""
    row = session.get(SignIn, actor.sign_in) if actor.sign_in else None
    if row is None:
        raise UnknownThingError("session")
    token = new_token()
    row.token_hash = hash_token(token)
    row.second_factor_at = now_utc()
    session.add(row)
    session.flush()
    return GivenCode(token, remember_device(session, account.id, device_token))
