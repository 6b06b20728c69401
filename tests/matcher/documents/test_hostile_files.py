"""Hostile and broken files are refused for the right reason, in time and in bounded memory."""

import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from matcher.documents.child import Limits, extract, run
from matcher.documents.refusals import DocumentRefusedError, Reason
from tests.matcher.documents import files
from tests.matcher.documents.processor_time import spent

MB = 2**20
PLAN = ("회사명: ㈜한빛센서", "설립일: 2021.03.15")
LAUGHS = "<!DOCTYPE l [<!ENTITY a0 'ha'>{}]>".format(
    "".join(f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 10))
)
LAUGHING_WORD = files.word_xml("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", LAUGHS)
SLOW = "tests.matcher.documents.slow_work"


def noise(count: int, write: Callable[[str], str]) -> str:
    """Give many paragraphs that do not pack well, as no bomb would."""
    chance = random.Random(1)  # noqa: S311  the same file every time
    return "".join(write(f"{chance.getrandbits(48):x}") for _ in range(count))


def word_paragraph(text: str) -> str:
    """Write a paragraph of Word."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def linked_name() -> bytes:
    """Zip a symbolic link."""
    import io  # noqa: PLC0415 - only here
    import zipfile  # noqa: PLC0415 - only here

    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        link = zipfile.ZipInfo("word/document.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/hostname")
    return target.getvalue()


def lying_bomb() -> bytes:
    """Zip 60 MB and say in the directory that it is one byte."""
    data = bytearray(
        files.zipped({"mimetype": "application/hwp+zip", "Contents/section0.xml": bytes(60 * MB)})
    )
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = (1).to_bytes(4, "little")
    return bytes(data)


def locked_zip() -> bytes:
    """Zip an entry that says it is encrypted."""
    data = bytearray(files.hwpx(PLAN))
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


HOSTILE: dict[str, tuple[Callable[[], bytes], Reason]] = {
    "empty": (lambda: b"", Reason.EMPTY),
    "text without a letter": (lambda: b" \n \n --- \n", Reason.EMPTY),
    "larger than 10 MB": (lambda: b"a" * (10 * MB + 1), Reason.TOO_LARGE),
    "image": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), Reason.WRONG_KIND),
    "binary": (lambda: bytes(range(256)) * 50, Reason.WRONG_KIND),
    "program named plan.pdf": (lambda: b"MZ" + bytes(500), Reason.WRONG_KIND),
    "spreadsheet": (
        lambda: files.zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}),
        Reason.WRONG_KIND,
    ),
    "zip in a zip": (lambda: files.zipped({"inner.zip": files.hwpx(PLAN)}), Reason.WRONG_KIND),
    "old Word file": (lambda: files.ole({"WordDocument": b"x"}), Reason.WRONG_KIND),
    "locked DOCX": (
        lambda: files.ole({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}),
        Reason.ENCRYPTED,
    ),
    "locked PDF": (lambda: files.pdf(PLAN, password=str(MB)), Reason.ENCRYPTED),
    "locked HWP": (lambda: files.hwp(PLAN, flags=2), Reason.ENCRYPTED),
    "locked HWPX": (
        lambda: files.hwpx_of("", more={"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
        Reason.ENCRYPTED,
    ),
    "locked zip": (locked_zip, Reason.ENCRYPTED),
    "scanned PDF": (files.scanned_pdf, Reason.SCANNED),
    "macro": (lambda: files.docx_of("<w:p/>", **{"word/vbaProject.bin": b"x"}), Reason.MACRO),
    "macro by its type": (
        lambda: files.zipped(
            {"[Content_Types].xml": "<Types><Override ContentType='x.macroEnabled.main+xml'/></Types>"}
        ),
        Reason.MACRO,
    ),
    "zip bomb": (
        lambda: files.hwpx_of("", more={"Contents/section1.xml": bytes(60 * MB)}),
        Reason.BOMB,
    ),
    "zip bomb below 50 MB": (
        lambda: files.hwpx_of(files.owpml_paragraph("a" * 30 * MB)),
        Reason.BOMB,
    ),
    "zip bomb in an image": (
        lambda: files.hwpx_of("", more={"BinData/image1.png": bytes(40 * MB)}),
        Reason.BOMB,
    ),
    "zip that lies of its size": (lying_bomb, Reason.DAMAGED),
    "300 parts": (
        lambda: files.hwpx_of("", more={f"part{number}": "x" for number in range(300)}),
        Reason.BOMB,
    ),
    "deep nesting": (
        lambda: files.docx_of("<w:p>" * 5_000 + "</w:p>" * 5_000),
        Reason.BOMB,
    ),
    "billion laughs in DOCX": (
        lambda: files.docx_of("", **{"word/document.xml": LAUGHING_WORD}),
        Reason.BOMB,
    ),
    "billion laughs in HWPX": (
        lambda: files.hwpx_of(files.owpml_paragraph("x").replace(">x<", ">&a9;<"), doctype=LAUGHS),
        Reason.BOMB,
    ),
    "a million paragraphs": (lambda: files.docx_of("<w:p/>" * 1_000_000), Reason.BOMB),
    "300,000 DOCX elements": (lambda: files.docx_of(noise(100_000, word_paragraph)), Reason.TOO_LARGE),
    "300,000 HWPX elements": (
        lambda: files.hwpx_of(noise(100_000, files.owpml_paragraph)),
        Reason.TOO_LARGE,
    ),
    "name that leaves": (lambda: files.hwpx_of("", more={"../../outside.xml": "<x/>"}), Reason.DAMAGED),
    "absolute name": (lambda: files.hwpx_of("", more={"/outside.xml": "<x/>"}), Reason.DAMAGED),
    "backslash name": (lambda: files.hwpx_of("", more={"..\\outside.xml": "<x/>"}), Reason.DAMAGED),
    "symbolic link": (linked_name, Reason.DAMAGED),
    "truncated HWPX": (lambda: files.hwpx(PLAN)[:600], Reason.DAMAGED),
    "truncated DOCX": (lambda: files.docx_file(PLAN)[:9_000], Reason.DAMAGED),
    "truncated PDF": (lambda: files.pdf(PLAN)[:300], Reason.DAMAGED),
    "truncated HWP": (lambda: files.hwp(PLAN)[:-512], Reason.DAMAGED),
    "broken XML": (lambda: files.hwpx_of("<hp:p>"), Reason.DAMAGED),
    "only the head of a PDF": (lambda: b"%PDF-1.7\n", Reason.DAMAGED),
}


@pytest.fixture(scope="module", params=list(HOSTILE))
def hostile(request: pytest.FixtureRequest) -> tuple[bytes, Reason]:
    """Give a hostile file and the reason it must be refused for."""
    make, reason = HOSTILE[request.param]
    return make(), reason


def test_a_hostile_file_is_refused_in_time_and_the_parent_holds_no_more(
    hostile: tuple[bytes, Reason],
) -> None:
    data, reason = hostile
    before, start = own_memory(), spent()

    with pytest.raises(DocumentRefusedError) as refused:
        extract(data)

    assert refused.value.reason is reason
    assert len(str(refused.value).splitlines()) == 1
    assert spent() - start < 3
    assert own_memory() - before < 20 * MB


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_a_hostile_file_leaves_the_child_small(hostile: tuple[bytes, Reason]) -> None:
    data, _ = hostile

    assert run(data, f"{SLOW}:memory") < 120 * MB


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        ("never_ends", Reason.TIMED_OUT),
        ("takes_all_memory", Reason.TOO_MUCH_MEMORY),
        ("answers_too_much", Reason.TOO_LARGE),
        ("crashes", Reason.DAMAGED),
    ],
)
def test_work_that_goes_wrong_is_stopped(work: str, reason: Reason) -> None:
    limits = Limits(seconds=3, memory_bytes=300 * MB, answer_bytes=MB)
    start, before = time.monotonic(), own_memory()

    with pytest.raises(DocumentRefusedError) as refused:
        run(b"x", f"{SLOW}:{work}", limits)

    assert refused.value.reason is reason
    assert time.monotonic() - start < 30
    assert own_memory() - before < 50 * MB


def test_the_processor_time_is_limited_too() -> None:
    with pytest.raises(DocumentRefusedError) as refused:
        run(b"x", f"{SLOW}:never_ends", Limits(seconds=15, cpu_seconds=1))

    assert refused.value.reason is Reason.TIMED_OUT


def test_no_child_is_left_behind() -> None:
    with pytest.raises(DocumentRefusedError):
        run(b"x", f"{SLOW}:never_ends", Limits(seconds=1))

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_child_can_write_no_file() -> None:
    assert run(b"secret" * 1000, f"{SLOW}:writes_a_file") != "written"


def test_the_child_knows_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDFALL_SECRET", "canary")

    names = run(b"x", f"{SLOW}:environment")

    assert [name for name in names if name not in {"LC_CTYPE", "LD_LIBRARY_PATH"}] == []


def test_other_threads_go_on_while_a_file_is_read() -> None:
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.wait(0.01):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        with pytest.raises(DocumentRefusedError):
            run(b"x", f"{SLOW}:never_ends", Limits(seconds=1))
    finally:
        done.set()
        thread.join()

    assert len(ticks) > 20


def test_more_files_than_may_be_read_at_once_wait_and_are_then_refused() -> None:
    reasons: list[Reason] = []

    def work(seconds: float) -> None:
        try:
            run(b"x", f"{SLOW}:never_ends", Limits(seconds=seconds))
        except DocumentRefusedError as error:
            reasons.append(error.reason)

    threads = [threading.Thread(target=work, args=(3,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    work(0.5)
    for thread in threads:
        thread.join()

    assert sorted(reasons) == [Reason.BUSY, Reason.TIMED_OUT, Reason.TIMED_OUT]


def own_memory() -> int:
    """Give the memory this process holds, in bytes; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
