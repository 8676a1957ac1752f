"""Migrations: they make what the code expects, one at a time, and a service knows whether it has them all."""

import eventlet
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from plumbline.mesh import city
from plumbline.mesh.errors import SchemaBehind
from plumbline.mesh.storage.database import Database
from plumbline.mesh.storage.migrate import History, histories, migrate, require_current
from tests.mesh.town.town import STORAGES

EVERY = {**STORAGES, **dict(city.storages())}


@pytest.fixture(scope="module")
def cleared(request):
    """Gives a database on PostgreSQL, made once and emptied of everything for each test."""
    url = request.getfixturevalue("postgres").database("empty")

    def clear():
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        return url

    return clear


@pytest.fixture(params=["embedded", "mesh"])
def empty(request, tmp_path):
    """Opens further connections to one database in which there is nothing."""
    url = f"sqlite:///{tmp_path}/empty.db" if request.param == "embedded" else request.getfixturevalue("cleared")()
    opened = []

    def connect():
        opened.append(Database(url, pool=2))
        return opened[-1]

    yield connect
    for database in opened:
        database.close()


def tables(database):
    """The tables there are."""
    return set(inspect(database.engine).get_table_names())


@pytest.mark.parametrize("service", EVERY)
def test_the_migrations_make_just_the_tables_that_the_code_maps(empty, service):
    database, storage = empty(), EVERY[service]
    migrate(database, storage)

    with database.engine.connect() as connection:
        found = {}
        for history in histories(storage):
            theirs = {*history.metadata.tables}
            mine = MigrationContext.configure(
                connection, opts={"include_name": lambda name, kind, _, t=theirs: kind != "table" or name in t}
            )
            found[history.version_table] = compare_metadata(mine, history.metadata)
    assert found == {"kernel_version": [], "schema_version": []}


@pytest.mark.parametrize("service", EVERY)
def test_nothing_else_is_in_a_database(empty, service):
    database, storage = empty(), EVERY[service]
    migrate(database, storage)

    known = {name for history in histories(storage) for name in history.metadata.tables}
    assert tables(database) == known | {"kernel_version", "schema_version"}


def test_of_two_migrations_at_once_one_runs(empty, monkeypatch):
    ran = []
    upgrade = History.upgrade

    def slowly(history, connection, target="head"):
        ran.append(history.version_table)
        eventlet.sleep(0.05)
        upgrade(history, connection, target)

    monkeypatch.setattr(History, "upgrade", slowly)
    both = [eventlet.spawn(migrate, empty(), STORAGES["speaker"]) for _ in range(2)]

    assert [one.wait() for one in both] == [{"kernel_version": "0001", "schema_version": "0001"}] * 2
    assert sorted(ran) == ["kernel_version", "schema_version"]


def test_migrating_again_changes_nothing(empty):
    database = empty()

    assert migrate(database, STORAGES["speaker"]) == migrate(database, STORAGES["speaker"])


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty, monkeypatch):
    database = empty()
    upgrade = History.upgrade

    def break_after(history, connection, target="head"):
        upgrade(history, connection, target)
        if history.version_table == "schema_version":
            raise ZeroDivisionError

    monkeypatch.setattr(History, "upgrade", break_after)
    with pytest.raises(ZeroDivisionError):
        migrate(database, STORAGES["speaker"])

    assert tables(database) == set()


def test_a_service_refuses_a_database_without_tables(empty):
    with pytest.raises(SchemaBehind, match="plumbline migrate speaker"):
        require_current(empty(), STORAGES["speaker"])


@pytest.mark.parametrize("table", ["kernel_version", "schema_version"])
def test_a_service_refuses_a_database_that_is_behind(empty, table):
    database = empty()
    migrate(database, STORAGES["speaker"])
    with database.writing() as session:
        session.execute(text(f"DELETE FROM {table}"))
        session.commit()

    with pytest.raises(SchemaBehind, match=table):
        require_current(database, STORAGES["speaker"])


@pytest.mark.parametrize("table", ["kernel_version", "schema_version"])
def test_a_database_that_is_ahead_is_tolerated_and_left_alone(empty, table):
    database = empty()
    migrate(database, STORAGES["speaker"])
    with database.writing() as session:
        session.execute(text(f"UPDATE {table} SET version_num = '9999'"))
        session.commit()

    require_current(database, STORAGES["speaker"])

    assert migrate(database, STORAGES["speaker"])[table] == "9999"
