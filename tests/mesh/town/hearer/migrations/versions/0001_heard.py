"""What was heard."""

from alembic import op
from sqlalchemy import Column, String

from plumbline.mesh.storage.types import RowNumber

revision = "0001"
down_revision = None


def upgrade():
    op.create_table(
        "heard",
        Column("row", RowNumber, primary_key=True, autoincrement=True),
        Column("item", String(50), nullable=False),
        Column("sequence", RowNumber, nullable=False),
        Column("count", RowNumber, nullable=False),
    )


def downgrade():
    op.drop_table("heard")
