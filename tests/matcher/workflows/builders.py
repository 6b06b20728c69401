"""A tiny set of seed files and a tiny graded collection, and how to write them."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from matcher.engine.analysis import analysis_fingerprint
from matcher.engine.encoders import HashingEncoder
from matcher.settings import Settings
from matcher.workflows.analysts import LocalAnalyst

Record = dict[str, Any]
DROP = object()

CITIES: list[Record] = [
    {
        "id": "town",
        "names": {"ko": "마을", "en": "Town", "de": "Stadt", "es": "Pueblo"},
        "country": "DE",
        "regions": ["de", "eu"],
        "alliance_member": True,
        "latitude": 51.5,
        "longitude": 7.5,
    },
    {
        "id": "field",
        "names": {"ko": "들", "en": "Field", "de": "Feld", "es": "Campo"},
        "country": "KR",
        "regions": ["kr"],
        "alliance_member": False,
    },
]
AGENCIES: list[Record] = [
    {"id": "office", "name": "Amt", "name_en": "Office", "city": "town", "source_urls": ["https://o.example"]}
]
PROGRAMS: list[Record] = [
    {
        "id": "alpha",
        "name": "Alpha-Programm",
        "name_en": "Alpha program",
        "city": "town",
        "place": "Town",
        "agency": "office",
        "direction": "inbound_to_member",
        "working_languages": ["de", "fr"],
        "unverified_languages": ["en"],
        "text_language": "en",
        "text": "We open a battery recycling line to young companies.",
        "sectors": ["batteries"],
        "offers": ["pilot-customer"],
        "stages": ["seed"],
        "regions": ["de"],
        "seats": 3,
        "publication": "published",
        "rules": [{"kind": "direction", "open": True, "source": "open to all"}],
        "details": [{"topic": "cost", "text": "Free of charge.", "verified": True}],
        "as_of": "2026-01-31",
        "source_url": "https://alpha.example/",
        "source_urls": ["https://alpha.example/"],
        "verified": True,
        "verification_note": "",
    },
    {
        "id": "beta",
        "name": "Beta",
        "name_en": "Beta program",
        "city": "field",
        "place": "",
        "agency": "office",
        "direction": "domestic_korea",
        "working_languages": ["ko"],
        "unverified_languages": [],
        "text_language": "en",
        "text": "Grants for drug discovery in hospitals.",
        "sectors": ["any"],
        "offers": ["funding"],
        "stages": ["growth"],
        "regions": ["kr"],
        "seats": None,
        "publication": "partly_published",
        "rules": [{"kind": "direction", "exclude": ["KR"], "source": "not for Korean firms"}],
        "details": [],
        "as_of": "",
        "source_url": "https://beta.example/",
        "source_urls": [],
        "verified": False,
        "verification_note": "read second-hand",
    },
]
STARTUPS: list[Record] = [
    {
        "id": "one",
        "name": "One Ltd",
        "sector": "batteries",
        "stage": "seed",
        "founded": 2022,
        "employees": 7,
        "trl": 6,
        "needs": ["pilot-customer"],
        "target_regions": ["de"],
        "texts": {"ko": "배터리를 재활용합니다.", "en": "We recycle batteries."},
    },
    {
        "id": "two",
        "name": "Two Ltd",
        "sector": "biopharma",
        "stage": "growth",
        "founded": 2015,
        "employees": 70,
        "trl": 9,
        "needs": [],
        "target_regions": [],
        "texts": {"en": "We discover drugs for hospitals."},
    },
]
FILES: dict[str, list[Record]] = {
    "cities.jsonl": CITIES,
    "agencies.jsonl": AGENCIES,
    "programs.jsonl": PROGRAMS,
    "eval/startups.jsonl": STARTUPS,
}
PARALLEL: dict[str, tuple[tuple[str, str, str, str], int]] = {
    "company-profiles": (
        ("We keep honey bees", "우리는 꿀벌을 키웁니다", "Wir halten Honigbienen", "Criamos abejas"),
        3,
    ),
    "life-science-and-energy": (
        ("We make vaccines", "우리는 백신을 만듭니다", "Wir stellen Impfstoffe her", "Hacemos vacunas"),
        2,
    ),
    "technology-and-business": (
        ("We build robots", "우리는 로봇을 만듭니다", "Wir bauen Roboter", "Construimos robots"),
        2,
    ),
    "programs": (
        ("Trams for visitors", "방문객을 위한 전차", "Straßenbahnen für Gäste", "Tranvías para visitas"),
        7,
    ),
    "everyday": (("It rains", "비가 옵니다", "Es regnet", "Llueve"), 7),
}
"""A sentence in the four languages of each parallel file, and how many times it is written."""


def write_lines(path: Path, records: Sequence[object]) -> None:
    """Write a JSON Lines file; a string is written as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        record if isinstance(record, str) else json.dumps(record, ensure_ascii=False) for record in records
    ]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def write_seed(folder: Path) -> Path:
    """Write the tiny seed files."""
    for name, records in FILES.items():
        write_lines(folder / name, records)
    return folder


def write_parallel(folder: Path) -> Path:
    """Write five tiny parallel files beside the seed files: enough for one profile and one program each."""
    for name, (line, count) in PARALLEL.items():
        rows = ["\t".join(f"{sentence} {number}." for sentence in line) for number in range(count)]
        write_lines(folder / "parallel" / f"{name}.tsv", rows)
    return folder


def edited(record: Mapping[str, Any], **changes: Any) -> Record:
    """Copy a record with some fields changed; `DROP` takes the field away."""
    return {key: value for key, value in (deepcopy(dict(record)) | changes).items() if value is not DROP}


class OtherHashingEncoder(HashingEncoder):
    """The hashing encoder as another version of it would be."""

    fingerprint = "hashing-other"


class OtherAnalyst(LocalAnalyst):
    """An analyst whose encoder has another fingerprint."""

    def __init__(self, settings: Settings) -> None:
        """Put the other encoder in the place of the one the settings name."""
        super().__init__(settings)
        self.encoder = OtherHashingEncoder()
        self.fingerprint = analysis_fingerprint(self.encoder, bridged=self.bridged)
