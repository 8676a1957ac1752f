"""Finding and keeping bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from plumbline.identifiers import cursor as cursors, region
from services.subjects.domain.refusals import CursorInvalid, SubjectNotFound
from services.subjects.domain.subject import ACTIVE, Subject
from services.subjects.storage.orm import power_items, subjects


class SubjectRepository:
    """Keeps bodies by their identifier; `for_update` locks the row until the work ends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subject: Subject) -> None:
        """Keep a new body."""
        self._session.add(subject)

    def get(self, subject_id: str, *, for_update: bool = False) -> Subject:
        """The body of this identifier; refuses when there is none."""
        subject = self._session.get(Subject, subject_id, with_for_update=for_update or None)
        if subject is None:
            raise SubjectNotFound(f"没有编号为{subject_id}的执法主体")
        return subject

    def find(self, subject_ids: Iterable[str]) -> dict[str, Subject]:
        """Those of these bodies that there are."""
        query = select(Subject).where(subjects.c.id.in_(set(subject_ids)))
        return {subject.id: subject for subject in self._session.scalars(query)}

    def code_is_free(self, subject: Subject) -> bool:
        """Whether no other active body carries this credit code; an index keeps that so."""
        taken = exists().where(
            subjects.c.usc_code == subject.usc_code, subjects.c.status.in_(ACTIVE), subjects.c.id != subject.id
        )
        return not self._session.scalar(select(taken))

    def page(self, *, cursor: str | None, limit: int, **filters: Any) -> dict[str, Any]:
        """One page of the bodies that pass the filters, in the order of their identifiers."""
        query = select(Subject).where(*_conditions(filters)).order_by(subjects.c.id).limit(limit + 1)
        if cursor is not None:
            query = query.where(subjects.c.id > _place(cursor, filters))
        found = list(self._session.scalars(query))
        more = len(found) > limit
        return {"items": found[:limit], "next_cursor": cursors.after(found[limit - 1].id, filters) if more else None}


def _conditions(filters: Mapping[str, Any]) -> list[Any]:
    found = [subjects.c[name] == filters[name] for name in ("status", "kind") if filters[name] is not None]
    if filters["region"] is not None:
        found.append(subjects.c.region.in_(region.within(filters["region"])))
    if filters["field"] is not None:
        holds = exists().where(power_items.c.subject_id == subjects.c.id, power_items.c.field == filters["field"])
        found.append(holds)
    return found


def _place(cursor: str, filters: Mapping[str, Any]) -> str:
    try:
        return cursors.last_id(cursor, filters)
    except cursors.NotACursor as error:
        raise CursorInvalid("翻页位置无效，请从第一页重新查询") from error
