"""Hears what happens to items and writes down every effect, doubled ones too."""

from __future__ import annotations

from sqlalchemy import Column, String, Table, select
from sqlalchemy.orm import registry

from plumbline.mesh.service import Neighbour, UnitOfWork, listens, rpc
from plumbline.mesh.storage import Storage
from plumbline.mesh.storage.types import RowNumber
from tests.mesh.town import wire

mapper = registry()
heard = Table(
    "heard",
    mapper.metadata,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("item", String(50), nullable=False),
    Column("sequence", RowNumber, nullable=False),
    Column("count", RowNumber, nullable=False),
)
STORAGE = Storage("hearer", mapper.metadata, projections={"speaker": (heard,)}, package="tests.mesh.town.hearer")
#: Items whose events a test wants to fail, with how often.
FAILING: dict[str, int] = {}


class Broken(Exception):
    """Raised by a listener that a test told to fail."""


class Hearer:
    name = "hearer"

    work = UnitOfWork(STORAGE)
    speaker = Neighbour(wire.SPEAKER)

    @listens("speaker", wire.ItemChanged, rebuilds=True)
    def note(self, event, work):
        if FAILING.get(event.aggregate, 0) > 0:
            FAILING[event.aggregate] -= 1
            raise Broken
        row = {"item": event.aggregate, "sequence": event.sequence, "count": event.data["count"]}
        work.session.execute(heard.insert().values(**row))

    @rpc
    def heard(self, request):
        with self.work.reading() as work:
            query = select(heard.c.item, heard.c.sequence, heard.c.count).order_by(heard.c.row)
            return {"heard": [list(row) for row in work.session.execute(query)]}

    @rpc
    def relay_get(self, request):
        return self.speaker.get(request)

    @rpc
    def ask_inside(self, request):
        with self.work() as work:
            work.today  # noqa: B018 - only to use the unit
            return self.speaker.get(request)
