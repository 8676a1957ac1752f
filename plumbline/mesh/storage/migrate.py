"""Migrations: the kernel's and the service's histories, each with its own version table, under a lock."""

from __future__ import annotations

from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text

from plumbline.mesh.errors import SchemaBehind
from plumbline.mesh.storage import sqlite
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.tables import KERNEL
from plumbline.mesh.storage.work import Storage

_HERE = Path(__file__).parent
_LOCK = 0x706C756D  # "plum": one migration at a time in a database
#: How long a migration waits for another one, or for acts under way.
WAIT_S = 60.0


class History:
    """One line of revisions: where they lie, which table notes them, which tables they make."""

    def __init__(self, folder: Path, version_table: str, metadata: MetaData) -> None:
        config = Config()
        config.set_main_option("script_location", str(_HERE / "alembic"))
        config.set_main_option("version_locations", str(folder))
        config.set_main_option("path_separator", "newline")
        self.config, self.version_table, self.metadata = config, version_table, metadata
        self.script = ScriptDirectory.from_config(config)

    def current(self, connection: Connection) -> str | None:
        """The revision the database is at."""
        context = MigrationContext.configure(connection, opts={"version_table": self.version_table})
        return context.get_current_revision()

    def is_behind(self, connection: Connection) -> bool:
        """Whether revisions are missing; a database that is ahead, at a revision unknown here, is tolerated."""
        current = self.current(connection)
        known = {revision.revision for revision in self.script.walk_revisions()}
        return current is None or (current in known and current != self.script.get_current_head())

    def upgrade(self, connection: Connection, target: str = "head") -> None:
        """Run the missing revisions in the connection's transaction."""
        environment = EnvironmentContext(
            self.config, self.script, fn=lambda revision, _: self.script._upgrade_revs(target, revision)
        )
        environment.configure(connection=connection, target_metadata=self.metadata, version_table=self.version_table)
        environment.run_migrations()


def histories(storage: Storage) -> tuple[History, History]:
    """The kernel's history and the service's, in the order they are run."""
    folder = Path(str(import_module(_package(storage)).__file__)).parent / "migrations" / "versions"
    return History(_HERE / "migrations" / "versions", "kernel_version", KERNEL), History(
        folder, "schema_version", storage.metadata
    )


def _package(storage: Storage) -> str:
    return storage.package or f"services.{storage.service}.storage"


def migrate(database: Database, storage: Storage) -> dict[str, Any]:
    """Bring the database to where this code is; returns the revision of each history."""
    found = {}
    writer = sqlite.only_writer(str(database.url.database), WAIT_S) if database.is_sqlite else nullcontext()
    options = {"plumbline_write": True, "plumbline_wait_s": WAIT_S}
    with writer, database.engine.connect().execution_options(**options) as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_S}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        for history in histories(storage):
            if history.is_behind(connection):
                history.upgrade(connection)
            found[history.version_table] = history.current(connection)
    return found


def require_current(database: Database, storage: Storage) -> None:
    """Raise SchemaBehind unless every revision this code knows has been run."""
    with database.engine.connect() as connection:
        behind = [history.version_table for history in histories(storage) if history.is_behind(connection)]
    if behind:
        raise SchemaBehind(f"{storage.service}: run `plumbline migrate {storage.service}` first ({', '.join(behind)})")
