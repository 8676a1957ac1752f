"""Says what happens to items."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Integer, String, Table, select
from sqlalchemy.orm import registry

from plumbline.law.refusal import Refusal
from plumbline.mesh.service import UnitOfWork, due, job, rpc
from plumbline.mesh.storage import Storage
from plumbline.mesh.storage.types import Instant, RowNumber
from tests.mesh.town import wire

mapper = registry()
items = Table(
    "items",
    mapper.metadata,
    Column("id", String(50), primary_key=True),
    Column("version", RowNumber, nullable=False),
    Column("count", Integer, nullable=False),
)
#: One row per effect of due work and of job steps; nothing here keeps a second one out.
effects = Table(
    "effects",
    mapper.metadata,
    Column("row", RowNumber, primary_key=True, autoincrement=True),
    Column("what", String(100), nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(eq=False)
class Item:
    id: str
    count: int = 0
    version: int = 0


mapper.map_imperatively(Item, items, version_id_col=items.c.version, version_id_generator=False)


class Items:
    def __init__(self, session):
        self.session = session

    def add(self, item):
        self.session.add(item)

    def find(self, item_id, *, lock=True):
        return self.session.get(Item, item_id, with_for_update=lock or None)


class NotYet(Refusal):
    code = "NOT_YET"


STORAGE = Storage("speaker", mapper.metadata, {"items": Items}, package="tests.mesh.town.speaker")


class Speaker:
    name = "speaker"

    work = UnitOfWork(STORAGE)

    @rpc
    def add(self, request):
        command = wire.Add().load(request)
        with self.work() as work:
            item = work.items.find(command["id"])
            if item is None:
                item = Item(command["id"])
                work.items.add(item)
            for _ in range(command["times"]):
                item.count += 1
                work.say(item, wire.ItemChanged, {"count": item.count})
            work.commit()
            return {"id": item.id, "count": item.count}

    @rpc
    def get(self, request):
        with self.work.reading() as work:
            item = work.items.find(request["id"], lock=False)
            return {"count": item.count if item else 0}

    @rpc
    def rows(self, request):
        return {"rows": [{"n": n, "name": "某某公司" * 2, "day": "2026-11-23"} for n in range(request["n"])]}

    @rpc
    def echo(self, request):
        return request

    @rpc
    def refuse(self, request):
        raise NotYet("尚不可")

    @rpc
    def fall_due(self, request):
        with self.work() as work:
            for ref in request["refs"]:
                work.due.at("ring", ref, work.legal_now)
            work.commit()
        return {}

    @due("ring")
    def ring(self, ref, work):
        work.session.execute(effects.insert().values(what=ref, at=work.legal_now))

    @rpc
    def begin(self, request):
        with self.work() as work:
            job_id = work.jobs.start("count", request)
            work.commit()
        return {"id": job_id}

    @job("count")
    def count(self, job):
        while job.done < job.params["to"]:
            with job.step() as work:
                work.session.execute(effects.insert().values(what=f"{job.id}:{job.done}", at=work.legal_now))
                job.advance(work, job.done + 1, total=job.params["to"])
                work.commit()
        return {"counted": job.done}

    @rpc
    def effects(self, request):
        with self.work.reading() as work:
            return {"effects": list(work.session.execute(select(effects.c.what).order_by(effects.c.row)).scalars())}
