"""Text files in the encodings Korean, German and Spanish machines write; everything else refused."""

import zlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import FieldError
from web.uploads import MOST_BYTES, decode_text_file

KOREAN = "전고체 배터리 소재를 만듭니다.\r\n북미에서 실증할 곳을 찾습니다. 가나다 가격 가공\r\n"
GERMAN = "Wir fertigen Sensoren für die Fußgängerzone in Köln.\n"
SPANISH = "Diseñamos cámaras para la agricultura; ¿buscáis socios?\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]


def _zip() -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<w:t>text</w:t>")
    return stream.getvalue()


@pytest.mark.parametrize("text", [KOREAN, GERMAN, SPANISH, "plain", "가"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_unicode_files_are_read(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    readable = " " in text or encoding in {"utf-8", "utf-8-sig", "utf-16"} or text == "plain"

    if readable:
        assert decode_text_file(data, "file") == text


def test_big_endian_with_a_mark_is_read() -> None:
    assert decode_text_file(b"\xfe\xff" + KOREAN.encode("utf-16-be"), "file") == KOREAN


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr"])
def test_korean_windows_files_are_read(encoding: str) -> None:
    assert decode_text_file(KOREAN.encode(encoding), "file") == KOREAN


def test_syllables_outside_euc_kr_are_read_from_cp949() -> None:
    assert decode_text_file("똠방각하 햏 펲시".encode("cp949"), "file") == "똠방각하 햏 펲시"


words = st.lists(
    st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6), min_size=2
)


@given(words=words, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]))
def test_any_hangul_text_with_spaces_round_trips(words: list[str], encoding: str) -> None:
    text = " ".join(words)
    zeros = sum(ord(char) % 256 == 0 for char in text)
    enough_spaces = text.count(" ") > 2 * zeros and text.count(" ") >= 0.05 * len(text)

    if not encoding.endswith("e") or enough_spaces:
        assert decode_text_file(text.encode(encoding), "file") == text


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty"),
        (b"%PDF-1.7\n%\xe2\xe3", "this is a PDF; save it as plain text (.txt)"),
        (_zip(), "this is a zip archive, such as DOCX, XLSX or HWPX; save it as plain text (.txt)"),
        (b"PK\x05\x06" + bytes(18), "this is a zip archive; save it as plain text (.txt)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
            "this is an HWP, DOC or XLS file; save it as plain text (.txt)",
        ),
        (b"{\\rtf1\\ansi text}", "this is an RTF file; save it as plain text (.txt)"),
        (b"\x89PNG\r\n\x1a\n", "this is an image; save it as plain text (.txt)"),
        (bytes(1000), "this is not a text file"),
        (bytes(range(256)), "this is not a text file"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00>\x00" * 50, "this is not a text file"),
        (b"abc\x00def", "this is not a text file"),
        (b"abc\x01def", "this is not a text file"),
        (KOREAN.encode("utf-32"), "this is not a text file"),
        (
            zlib.compress(KOREAN.encode() * 50)[2:].replace(b"\0", b""),
            "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)",
        ),
        (GERMAN.encode("latin-1"), "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)"),
        (SPANISH.encode("cp1252"), "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)"),
        (b"\xef\xbb\xbf\xb0\xa1", "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)"),
        (b"\xff\xfea", "the encoding is not one of UTF-8, UTF-16 or CP949 (EUC-KR)"),
        (b"\xff\xfe\x00\xd8", "this is not a text file"),
        (b"a" * (MOST_BYTES + 1), "the file is larger than 1 MiB"),
    ],
)
def test_other_files_are_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(FieldError) as refused:
        decode_text_file(data, "file")

    assert (refused.value.field, refused.value.reason) == ("file", reason)


def test_the_largest_file_is_read() -> None:
    assert len(decode_text_file(b"a" * MOST_BYTES, "file")) == MOST_BYTES


@given(st.binary(max_size=400))
def test_no_bytes_end_in_a_fault(data: bytes) -> None:
    refusal = ""
    text = ""
    try:
        text = decode_text_file(data, "file")
    except FieldError as error:
        refusal = error.field

    assert refusal == "file" or "\0" not in text
    assert text.encode().decode() == text
