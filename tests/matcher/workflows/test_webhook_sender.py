"""Messages on their way: signed, tried again, claimed by one, sent again after a kill, never to us."""

import multiprocessing
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine
from sqlmodel import select
from standardwebhooks import Webhook as Signer
from standardwebhooks import WebhookVerificationError

from matcher.errors import StaleEditError, UnknownThingError
from matcher.settings import Settings
from matcher.workflows.server_key import KEY_FILE, ServerKeyError, make_key, server_key
from matcher.workflows.webhook_deliveries import (
    CLAIMED_FOR,
    JITTER,
    KEPT,
    MOST_TRIES,
    PAUSES,
    DeliveryLine,
    announce,
    claim,
    drop_old_deliveries,
    list_deliveries,
    pause_after,
    send_again,
)
from matcher.workflows.webhook_sender import LOOK_EVERY_SECONDS, Sending, WebhookSender, send_next
from matcher.workflows.webhooks import EVENTS, disable_webhook, list_webhooks
from models.access import OPERATOR
from models.database import open_engine, read_session, write_session
from models.tables import AuditEntry, Webhook
from models.webhook import WebhookEvent
from tests.matcher.workflows.receiver import Receiver, receiving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"  # noqa: S105  of no server


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        """Start now."""
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now


class Post:
    """Somebody who is told, at a receiver on this machine."""

    def __init__(self, engine: Engine, settings: Settings, receiver: Receiver) -> None:
        """Add the receiver's address."""
        self.engine, self.settings, self.receiver = engine, settings, receiver
        self.key = make_key(settings)
        self.clock = Clock()
        self.sending = Sending(private=True, clock=self.clock, seconds=5)
        self.webhook = self.add(receiver.address())

    def add(self, address: str) -> str:
        """Add an address and give its id."""
        with write_session(self.engine) as session:
            row = Webhook(
                address=address,
                secret_sealed=self.key.seal(SECRET),
                events=[event.value for event in EVENTS],
            )
            session.add(row)
            return row.id

    def happen(self, number: int = 1) -> None:
        """Let something happen that is told."""
        with write_session(self.engine) as session:
            announce(session, WebhookEvent.ROUND_RUN, {"round": "autumn", "run": number})

    def send(self, sending: Sending | None = None) -> bool:
        """Send what waits longest; the clock is never behind the real one, which rows are written by."""
        self.clock.now = max(self.clock.now, Clock().now)
        return send_next(self.engine, lambda: self.key, sending or self.sending)

    @property
    def log(self) -> tuple[DeliveryLine, ...]:
        """The messages to the receiver, the newest first."""
        with read_session(self.engine) as session:
            return list_deliveries(session, OPERATOR, self.webhook)

    @property
    def line(self) -> DeliveryLine:
        """The one message there is."""
        (line,) = self.log
        return line


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody on this machine who takes messages."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def post(bare: Engine, settings: Settings, receiver: Receiver) -> Post:
    """Give an address that is told, over an empty database."""
    return Post(bare, settings, receiver)


def test_the_other_side_can_tell_that_a_message_is_from_here(post: Post) -> None:
    post.happen()

    assert post.send()
    assert not post.send()
    (one,) = post.receiver.received
    said = Signer(SECRET).verify(one.body, dict(one.headers))
    assert said["type"] == "round.run"
    assert said["data"] == {"round": "autumn", "run": 1}
    assert datetime.fromisoformat(said["timestamp"]).utcoffset() == timedelta(0)
    assert (one.path, one.headers["content-type"]) == ("/hook?from=landfall", "application/json")
    assert one.headers["webhook-id"] == post.line.id
    assert (post.line.state, post.line.status, post.line.tries) == ("delivered", 204, 1)
    for wrong in (one.body.replace(b"autumn", b"winter"), one.body + b" "):
        with pytest.raises(WebhookVerificationError):
            Signer(SECRET).verify(wrong, dict(one.headers))
    with pytest.raises(WebhookVerificationError):
        Signer(SECRET).verify(one.body, dict(one.headers) | {"webhook-timestamp": "1500000000"})


def test_only_those_are_told_who_want_to_be(post: Post) -> None:
    with write_session(post.engine) as session:
        row = session.get_one(Webhook, post.webhook)
        row.events = ["result.changed"]
        session.add(row)
    post.happen()

    assert post.log == ()


def test_nothing_is_told_of_what_did_not_happen(post: Post) -> None:
    def fail() -> None:
        with write_session(post.engine) as session:
            announce(session, WebhookEvent.ROUND_FINALISED, {"round": "autumn"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert post.log == ()


def test_a_message_is_tried_again_with_growing_pauses_under_one_id_and_then_given_up(post: Post) -> None:
    post.receiver.answers = [500] * (MOST_TRIES + 5)
    post.happen()
    begun = post.clock.now
    while post.line.state == "waiting":
        assert post.send()
        if post.line.next_try_at is not None:
            assert not post.send()
            post.clock.now = post.line.next_try_at

    assert (post.line.state, post.line.status, post.line.problem) == ("given-up", 500, "status")
    assert not post.send()
    assert len(post.receiver.received) == MOST_TRIES == 10
    assert set(post.receiver.ids) == {post.line.id}
    assert timedelta(hours=75) < post.clock.now - begun < timedelta(hours=84)


@pytest.mark.parametrize("tries", range(1, MOST_TRIES))
def test_a_pause_is_what_is_recommended_and_a_little_chance(tries: int) -> None:
    found = {pause_after(tries) for _ in range(20)}

    assert all(PAUSES[tries - 1] <= pause <= PAUSES[tries - 1] * (1 + JITTER) for pause in found)
    assert len(found) > 1


def test_who_asks_to_be_left_alone_is(post: Post) -> None:
    post.receiver.answers, post.receiver.headers = [503], {"Retry-After": "3600"}
    post.happen()
    post.send()

    assert post.line.next_try_at == post.clock.now + timedelta(hours=1)


@pytest.mark.parametrize("wait", ["tomorrow", "-5", "99999999999999999999"])
def test_a_strange_wish_to_be_left_alone_changes_little(post: Post, wait: str) -> None:
    post.receiver.answers, post.receiver.headers = [503], {"Retry-After": wait}
    post.happen()
    post.send()

    assert post.line.next_try_at is not None
    assert post.line.next_try_at <= post.clock.now + PAUSES[-1]


def test_a_redirect_is_not_followed(post: Post) -> None:
    with receiving() as elsewhere:
        post.receiver.answers, post.receiver.headers = [302], {"Location": elsewhere.address()}
        post.happen()
        post.send()

    assert elsewhere.received == []
    assert (post.line.state, post.line.status, post.line.problem) == ("waiting", 302, "redirect")


def test_who_is_gone_is_told_nothing_more(post: Post) -> None:
    post.receiver.answers = [410]
    post.happen(1)
    post.happen(2)
    post.send()

    assert not post.send()
    assert [line.state for line in post.log] == ["given-up", "given-up"]
    with read_session(post.engine) as session:
        (card,) = list_webhooks(session, OPERATOR)
        assert card.disabled_at is not None
        entry = session.exec(select(AuditEntry).where(AuditEntry.act == "webhook-disabled")).one()
        assert (entry.actor, entry.details) == ("operator", {"reason": "gone"})


def test_an_answer_that_never_ends_is_not_waited_for(post: Post) -> None:
    post.receiver.headers = {"Content-Length": "1000000000"}
    post.happen()
    begun = time.monotonic()

    assert post.send()
    assert time.monotonic() - begun < 2
    assert post.line.state == "delivered"


def test_who_does_not_answer_in_time_is_tried_again(post: Post) -> None:
    waits = threading.Event()
    post.receiver.before = lambda _: waits.wait(10)
    post.happen()
    begun = time.monotonic()
    post.send(replace(post.sending, seconds=0.3))
    took = time.monotonic() - begun
    waits.set()

    assert took < 2
    assert (post.line.state, post.line.status, post.line.problem) == ("waiting", None, "timeout")


def test_bytes_that_drip_in_do_not_make_the_time_longer(post: Post) -> None:
    """Each byte comes before any single wait is over; together they would take for ever."""
    import socket  # noqa: PLC0415  a server of its own, for this test alone

    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    with write_session(post.engine) as session:
        row = session.get_one(Webhook, post.webhook)
        row.address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        session.add(row)
    post.happen()
    begun = time.monotonic()
    post.send(replace(post.sending, seconds=0.5))
    took = time.monotonic() - begun
    stop.set()
    thread.join()
    listener.close()

    assert took < 3
    assert post.line.state == "waiting"


def test_who_is_not_there_is_tried_again(post: Post) -> None:
    with write_session(post.engine) as session:
        row = session.get_one(Webhook, post.webhook)
        row.address = "http://127.0.0.2:9/"
        session.add(row)
    post.happen()
    post.send()

    assert (post.line.state, post.line.problem) == ("waiting", "connection")


def test_nothing_that_is_no_answer_of_the_web_is_taken_for_one(post: Post) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(post.receiver, "headers", {"Content-Length": "x\r\nbroken"})
        post.happen()
        post.send()

    assert (post.line.state, post.line.problem) == ("waiting", "connection")


def test_names_that_lead_to_this_machine_are_refused_when_they_are_sent_to(post: Post) -> None:
    """Where nothing private is allowed, whatever the name says, not one byte arrives."""
    public = replace(post.sending, private=False)
    for number, host in enumerate(("localhost", "hooks.example")):
        with write_session(post.engine) as session:
            row = session.get_one(Webhook, post.webhook)
            row.address = f"https://{host}:{post.receiver.port}/"
            session.add(row)
        post.happen(number)
        post.send(replace(public, resolver=lambda _host, _port: ["127.0.0.1"]))

    assert post.receiver.received == []
    assert {line.problem for line in post.log} == {"private"}


def test_a_name_that_means_this_machine_a_moment_later_leads_nowhere(post: Post) -> None:
    """DNS rebinding: public when it is asked for the first time, this machine from then on."""
    asked: list[str] = []

    def rebind(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        # The first address is public and answers nobody here.
        return ["127.0.0.1"] if len(asked) > 1 else ["8.8.8.8"]

    with write_session(post.engine) as session:
        row = session.get_one(Webhook, post.webhook)
        row.address = f"https://hooks.example:{post.receiver.port}/"
        session.add(row)
    post.happen()
    public = replace(post.sending, private=False, resolver=rebind, seconds=0.3)
    post.send(public)
    first = post.line.problem
    post.clock.now += timedelta(minutes=1)
    post.send(public)

    assert len(asked) == 2, "one look for each try"
    assert first in {"timeout", "connection"}
    assert post.line.problem == "private"
    assert post.receiver.received == []


def test_http_is_refused_where_nothing_private_is_allowed(post: Post) -> None:
    post.happen()
    post.send(replace(post.sending, private=False, resolver=lambda _host, _port: ["8.8.8.8"]))

    assert post.line.problem == "private"
    assert post.receiver.received == []


def certificate(folder: Path, name: str) -> Path:
    """Write a certificate of a host, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_the_certificate_is_that_of_the_name_not_of_the_address(
    post: Post, tmp_path: Path, bare: Engine
) -> None:
    del bare
    path = certificate(tmp_path, "hooks.example")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(path)
    named: list[str | None] = []
    served.sni_callback = lambda _socket, name, _context: named.append(name)
    sending = replace(
        post.sending,
        resolver=lambda _host, _port: ["127.0.0.1"],
        trust=lambda: ssl.create_default_context(cafile=str(path)),
    )
    with receiving(served) as secure:
        problems = []
        for host in ("hooks.example", "other.example"):
            with write_session(post.engine) as session:
                row = session.get_one(Webhook, post.webhook)
                row.address = secure.address(host, "https")
                session.add(row)
            post.happen()
            post.send(sending)
            post.clock.now += timedelta(seconds=1)
        problems = sorted(line.problem or "" for line in post.log)
        hosts = [one.headers["host"] for one in secure.received]

    assert problems == ["", "certificate"]
    assert named == ["hooks.example", "other.example"]
    assert hosts == [f"hooks.example:{secure.port}"]


def test_certificates_nobody_knows_are_refused(post: Post, tmp_path: Path) -> None:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate(tmp_path, "hooks.example"))
    with receiving(served) as secure:
        with write_session(post.engine) as session:
            row = session.get_one(Webhook, post.webhook)
            row.address = secure.address("hooks.example", "https")
            session.add(row)
        post.happen()
        post.send(replace(post.sending, resolver=lambda _host, _port: ["127.0.0.1"]))

    assert (post.line.problem, secure.received) == ("certificate", [])


def test_eight_senders_send_each_message_once_and_one_at_a_time_to_an_address(
    post: Post, run_threads: Callable[[int, Callable[[int], None]], None]
) -> None:
    now_there, together = [0], [0]
    lock = threading.Lock()

    def count(_: object) -> None:
        with lock:
            now_there[0] += 1
            together[0] = max(together[0], now_there[0])
        time.sleep(0.02)
        with lock:
            now_there[0] -= 1

    post.receiver.before = count
    for number in range(12):
        post.happen(number)

    def work(_: int) -> None:
        end = time.monotonic() + 30
        while any(line.state == "waiting" for line in post.log) and time.monotonic() < end:
            post.send()

    run_threads(8, work)

    assert len(post.receiver.ids) == len(set(post.receiver.ids)) == 12
    assert together[0] == 1
    assert {line.tries for line in post.log} == {1}


def test_a_slow_address_holds_up_no_other(post: Post) -> None:
    with receiving() as other:
        post.add(other.address())
        post.happen(1)
        post.happen(2)
        with write_session(post.engine) as session:
            first = claim(session, post.clock.now)
        assert post.send()
        assert post.send()
        assert not post.send()

    assert first is not None
    assert len(other.received) + len(post.receiver.received) == 2
    assert not (other.received and post.receiver.received)


def send_and_die(url: str, folder: str) -> None:
    """Begin to send what waits, and be killed by the receiver in the middle."""
    settings = Settings(data_dir=Path(folder))
    send_next(open_engine(url), lambda: server_key(settings), Sending(private=True))


def test_who_is_killed_while_sending_leaves_a_message_that_is_sent_again(post: Post) -> None:
    child = multiprocessing.get_context("spawn").Process(
        target=send_and_die, args=(str(post.engine.url), str(post.settings.data_dir))
    )

    def kill(_: object) -> None:
        if child.pid is not None and child.exitcode is None:
            child.kill()
            child.join()

    post.receiver.before = kill
    post.happen()
    child.start()
    child.join(60)
    left = (post.line.state, post.line.tries)
    too_early = post.send()
    post.clock.now += CLAIMED_FOR + timedelta(seconds=1)

    assert child.exitcode == -9
    assert left == ("waiting", 1)
    assert not too_early
    assert post.send()
    assert (post.line.state, post.line.tries) == ("delivered", 2)
    assert len(post.receiver.ids) == 2
    assert len(set(post.receiver.ids)) == 1


def test_who_is_killed_each_time_is_given_up(post: Post) -> None:
    post.happen()
    for _ in range(MOST_TRIES):
        with write_session(post.engine) as session:
            assert claim(session, post.clock.now) is not None
        post.clock.now += CLAIMED_FOR + timedelta(seconds=1)

    assert not post.send()
    assert (post.line.state, post.line.problem) == ("given-up", "interrupted")


def test_who_comes_back_too_late_changes_nothing(post: Post) -> None:
    """The first sender was thought dead: its message was taken over, and what it says then is nothing."""
    late = threading.Event()
    post.receiver.answers = [500, 204]
    post.receiver.before = lambda _: len(post.receiver.received) > 1 or late.wait(10)
    post.happen()
    slow = replace(post.sending, clock=Clock())
    first = threading.Thread(target=post.send, args=(slow,))
    first.start()
    while not post.receiver.received:
        time.sleep(0.01)
    post.clock.now += CLAIMED_FOR + timedelta(seconds=1)
    post.receiver.answers = [204, 500]
    assert post.send()
    late.set()
    first.join()

    assert (post.line.state, post.line.tries, post.line.status) == ("delivered", 2, 204)


def test_a_message_is_sent_again_under_its_id(post: Post) -> None:
    post.happen()
    with write_session(post.engine) as session, pytest.raises(StaleEditError):
        send_again(session, OPERATOR, post.webhook, post.line.id)
    post.send()
    with write_session(post.engine) as session:
        send_again(session, OPERATOR, post.webhook, post.line.id)
        for webhook, delivery in ((post.webhook, "no-such"), ("no-such", post.line.id), ("a", "\x00")):
            with pytest.raises(UnknownThingError):
                send_again(session, OPERATOR, webhook, delivery)
    post.send()

    assert len(post.receiver.ids) == 2
    assert len(set(post.receiver.ids)) == 1
    assert (post.line.state, post.line.tries) == ("delivered", 1)
    with write_session(post.engine) as session:
        disable_webhook(session, OPERATOR, post.webhook)
        with pytest.raises(StaleEditError):
            send_again(session, OPERATOR, post.webhook, post.line.id)
        again = select(AuditEntry).where(AuditEntry.act == "webhook-sent-again")
        assert [entry.details for entry in session.exec(again)] == [{"delivery": post.line.id}]


def test_a_secret_that_cannot_be_opened_is_told(post: Post, tmp_path: Path) -> None:
    other = make_key(Settings(data_dir=tmp_path / "other" / "data"))
    post.happen()

    assert send_next(post.engine, lambda: other, post.sending)
    assert (post.line.state, post.line.problem) == ("waiting", "secret")


def test_without_the_server_key_nothing_is_tried(post: Post) -> None:
    (post.settings.keep / KEY_FILE).unlink()
    post.happen()

    with pytest.raises(ServerKeyError):
        send_next(post.engine, lambda: server_key(post.settings), post.sending)
    assert (post.line.state, post.line.tries) == ("waiting", 0)


def test_old_messages_go_and_those_that_wait_stay(post: Post) -> None:
    post.happen(1)
    post.send()
    post.happen(2)
    with write_session(post.engine) as session:
        drop_old_deliveries(session, post.clock.now + KEPT - timedelta(days=1))
    assert len(post.log) == 2
    with write_session(post.engine) as session:
        drop_old_deliveries(session, post.clock.now + KEPT + timedelta(days=1))

    assert [line.state for line in post.log] == ["waiting"]


def test_as_long_as_the_site_is_served_messages_go_out(
    engine: Engine, settings: Settings, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    served = settings.model_copy(update={"webhooks_private": True})
    others = set(threading.enumerate())
    post = Post(engine, served, receiver)
    key = post.settings.keep / KEY_FILE
    content = key.read_text(encoding="ascii")
    key.unlink()
    post.happen()
    sender = WebhookSender(served, engine)
    sender.start()
    end = time.monotonic() + 30
    while "webhooks could not be sent: ServerKeyError" not in caplog.text and time.monotonic() < end:
        time.sleep(0.05)
    key.write_text(content, encoding="ascii")
    while not receiver.received and time.monotonic() < end:
        time.sleep(0.05)
    begun = time.monotonic()
    sender.close()

    assert post.line.state == "delivered"
    assert time.monotonic() - begun < LOOK_EVERY_SECONDS + 2
    left = set(threading.enumerate()) - others
    assert not [thread for thread in left if thread.name.startswith("webhooks-")]


def test_a_database_that_is_not_there_is_waited_for(settings: Settings) -> None:
    engine = open_engine(settings.url)
    sender = WebhookSender(settings, engine)
    sender.start()
    time.sleep(LOOK_EVERY_SECONDS + 0.3)
    sender.close()
    engine.dispose()

    assert not (settings.data_dir / "landfall.db").exists()
