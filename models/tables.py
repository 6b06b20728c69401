"""Every table, so that the metadata is complete for migrations and queries."""

from sqlmodel import SQLModel

from models.program import Agency, City, Program
from models.review import ReviewDecision, ReviewStep
from models.startup import Profile, Startup
from models.text_embedding import TextEmbedding

metadata = SQLModel.metadata

__all__ = [
    "Agency",
    "City",
    "Profile",
    "Program",
    "ReviewDecision",
    "ReviewStep",
    "Startup",
    "TextEmbedding",
    "metadata",
]
