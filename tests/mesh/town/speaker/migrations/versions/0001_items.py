"""Items and effects."""

from alembic import op
from sqlalchemy import Column, Integer, String

from plumbline.mesh.storage.types import Instant, RowNumber

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "items",
        Column("id", String(50), primary_key=True),
        Column("version", RowNumber, nullable=False),
        Column("count", Integer, nullable=False),
    )
    op.create_table(
        "effects",
        Column("row", RowNumber, primary_key=True, autoincrement=True),
        Column("what", String(100), nullable=False),
        Column("at", Instant, nullable=False),
    )


def downgrade():
    op.drop_table("effects")
    op.drop_table("items")
