"""Vectors of texts, keyed by what was encoded and by what encoded it, never by row id."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.base import now_utc


class TextEmbedding(SQLModel, table=True):
    """Everything the engine knows of one text under one encoder fingerprint.

    `vectors` holds (1 + sentences, dimension) float32 unit rows: the whole text, then its sentences.
    `analysis` holds the sentences and bridge terms as JSON.
    """

    encoder: str = Field(primary_key=True, max_length=64)
    content_hash: str = Field(primary_key=True, max_length=64)
    dimension: int
    vectors: bytes = Field(sa_type=LargeBinary)
    analysis: str
    created_at: datetime = Field(default_factory=now_utc)
