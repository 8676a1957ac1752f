"""Ways to break things at a chosen point: a commit that fails or kills, and a clock that obeys."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from plumbline.mesh.storage.database import Database


class Died(BaseException):
    """The process is gone: nothing may catch this but the machine that wanted it."""


class Clock:
    """Technical time, moved by hand."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def pass_by(self, seconds: float) -> None:
        self.instant += timedelta(seconds=seconds)


def nothing() -> None:
    """What happens at a commit that goes well."""


def die() -> None:
    """The process is killed here."""
    raise Died


def fail() -> None:
    """The database goes away here."""
    raise OperationalError("COMMIT", {}, Exception("the database is away"))


#: What happens before and after each of the next commits.
FATES = st.sampled_from(([],) * 5 + ([(die, nothing)], [(nothing, die)], [(fail, nothing)], [(fail, nothing)] * 2))


class FragileDatabase(Database):
    """A SQLite database; `at_commit` holds what happens just before and just after each of the next commits."""

    def __init__(self, path: Any) -> None:
        super().__init__(f"sqlite:///{path}", pool=1, synchronous="OFF")
        self.at_commit: list[tuple[Callable[[], None], Callable[[], None]]] = []

    @contextmanager
    def writing(self, engine: Any = None):
        with super().writing(engine) as session:
            really_commit = session.commit

            def commit() -> None:
                before, after = self.at_commit.pop(0) if self.at_commit else (nothing, nothing)
                before()
                really_commit()
                after()

            session.commit = commit  # type: ignore[method-assign]
            yield session
