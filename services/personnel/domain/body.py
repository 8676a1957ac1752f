"""What personnel has heard about a body: enough to know whom it takes on.  A projection, filled by events alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from plumbline.contracts.vocabulary import SubjectStatus
from plumbline.law.history import in_force
from services.personnel.domain.refusals import SubjectRevoked


@dataclass(eq=False)
class BodyChange:
    """The body stands so from a day on."""

    status: str
    since: date
    recorded_at: datetime
    until: date | None = None


@dataclass(eq=False)
class Body:
    """A body as heard of (所在单位)."""

    id: str
    name: str
    fields: tuple[str, ...] = ()
    status: str = SubjectStatus.SUBMITTED
    history: list[BodyChange] = field(default_factory=list)

    def note(self, status: str, since: date, recorded_at: datetime, *, until: date | None = None) -> None:
        """Append what was heard."""
        self.status = status
        self.history.append(BodyChange(status, since, recorded_at, until))

    def note_powers(self, fields: Iterable[str]) -> None:
        """The fields in which it holds any power."""
        self.fields = tuple(fields)

    def status_on(self, day: date) -> str | None:
        """Where it stood on that day, as far as heard."""
        change = in_force(self.history, day)
        return None if change is None else change.status

    def require_open(self) -> None:
        """A body that lost its qualification takes on nobody, for no day."""
        if self.status == SubjectStatus.REVOKED:
            raise SubjectRevoked(f"单位{self.id}已被取消行政执法主体资格，不得登记执法人员")
