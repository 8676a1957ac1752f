"""Finding and keeping officers, and what was heard about bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from plumbline.identifiers import cursor as cursors
from plumbline.mesh.errors import StaleVersion
from services.personnel.domain.body import Body
from services.personnel.domain.certificate import normalise
from services.personnel.domain.officer import Officer
from services.personnel.domain.refusals import CertificateNotFound, CursorInvalid, OfficerNotFound, SubjectUnknown
from services.personnel.storage.orm import certificates, officers


class OfficerRepository:
    """Keeps officers with their certificates; `for_update` locks the officer's row until the work ends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, officer: Officer) -> None:
        """Keep a new officer."""
        self._session.add(officer)

    def get(self, officer_id: str, *, for_update: bool = False, version: int | None = None) -> Officer:
        """The officer of this identifier; refuses when there is none, starts the act over when it has changed."""
        officer = self._session.get(Officer, officer_id, with_for_update=for_update or None)
        if officer is None:
            raise OfficerNotFound(f"没有编号为{officer_id}的执法人员")
        if version not in (None, officer.version):
            raise StaleVersion(f"officer {officer_id}")
        return officer

    def holding(self, certificate_no: str, *, for_update: bool = False) -> Officer:
        """The officer who holds, or held, the certificate of this number; refuses when there is none."""
        number = normalise(certificate_no)
        query = select(certificates.c.officer_id).where(certificates.c.certificate_no == number)
        officer_id = self._session.scalar(query)
        if officer_id is None:
            raise CertificateNotFound(f"没有编号为{number}的执法证件")
        return self.get(officer_id, for_update=for_update)

    def find(self, officer_ids: Iterable[str]) -> dict[str, Officer]:
        """Those of these officers that there are."""
        query = select(Officer).where(officers.c.id.in_(set(officer_ids)))
        return {officer.id: officer for officer in self._session.scalars(query)}

    def in_post_at(self, subject_id: str) -> Sequence[Officer]:
        """Everybody in an enforcement post of this body, locked, always in the same order."""
        here = (officers.c.subject_id == subject_id) & officers.c.in_enforcement_post
        return list(self._session.scalars(select(Officer).where(here).order_by(officers.c.id).with_for_update()))

    def number_is_free(self, certificate_no: str) -> bool:
        """Whether no certificate ever had this number; an index keeps that so."""
        taken = exists().where(certificates.c.certificate_no == certificate_no)
        return not self._session.scalar(select(taken))

    def page(self, *, cursor: str | None, limit: int, **filters: Any) -> dict[str, Any]:
        """One page of the officers that pass the filters, in the order of their identifiers."""
        here = [officers.c[name] == value for name, value in filters.items() if value is not None]
        query = select(Officer).where(*here).order_by(officers.c.id).limit(limit + 1)
        if cursor is not None:
            query = query.where(officers.c.id > _place(cursor, filters))
        found = list(self._session.scalars(query))
        more = len(found) > limit
        return {"items": found[:limit], "next_cursor": cursors.after(found[limit - 1].id, filters) if more else None}


class BodyRepository:
    """Keeps what was heard about bodies."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, body: Body) -> None:
        """Keep a body heard of for the first time."""
        self._session.add(body)

    def get(self, subject_id: str, *, for_update: bool = False) -> Body:
        """The body of this identifier; refuses when nothing was heard of it yet."""
        body = self._session.get(Body, subject_id, with_for_update=for_update or None)
        if body is None:
            raise SubjectUnknown(f"尚未收到单位{subject_id}的登记信息，请稍后再试")
        return body


def _place(cursor: str, filters: Mapping[str, Any]) -> str:
    try:
        return cursors.last_id(cursor, filters)
    except cursors.NotACursor as error:
        raise CursorInvalid("翻页位置无效，请从第一页重新查询") from error
