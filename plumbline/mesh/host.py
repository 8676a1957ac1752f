"""One process: some services, their health, and how they start and end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import eventlet
from eventlet.event import Event
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from plumbline.mesh import city, clock, gauges, logs, traces
from plumbline.mesh.broker import topology
from plumbline.mesh.container import MeshContainer
from plumbline.mesh.errors import MeshError, SchemaBehind
from plumbline.mesh.health import Health
from plumbline.mesh.logs import get_logger
from plumbline.mesh.service import LongWork
from plumbline.mesh.settings import Settings
from plumbline.mesh.stalls import Stalls
from plumbline.mesh.storage.migrate import migrate, require_current

log = get_logger(__name__)


class Host:
    """Runs services until it is told to stop; `serves` unless it only works off jobs."""

    def __init__(self, settings: Settings, services: Sequence[str], *, serves: bool = True) -> None:
        self.settings, self.services, self.serves = settings, tuple(services), serves
        self.health = Health(settings.health_host, settings.health_port, services)
        self.stalls = Stalls()
        self.containers: list[MeshContainer] = []
        self._stop: Event = Event()
        self._children: list[subprocess.Popen] = []
        self._greenlets: list[Any] = []

    def prepare(self) -> None:
        """For one process that is everything: declare the topology and bring the databases up to date."""
        topology.apply(self.settings.broker_url, city.parties())
        for name, storage in city.storages(self.services):
            database = city.database(self.settings, name)
            migrate(database, storage)
            database.close()

    def start(self) -> None:
        """Bring the services up; raises SchemaBehind. Waits for a database that is away, not for the broker."""
        logs.configure(self.settings)
        clock.configure(self.settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: eventlet.spawn_n(self.ask_to_stop))
        traces.configure(self.settings, "+".join(self.services) if len(self.services) == 1 else "plumbline")
        self.health.start()
        self.stalls.start()
        for name in self.services:
            self._wait_for_schema(name)
        if not self._stop.ready():
            self._start_containers()

    def _start_containers(self) -> None:
        config: dict[str, Any] = {
            "plumbline": {"settings": self.settings, "parties": city.parties(), "serves": self.serves},
            "max_workers": self.settings.max_workers,
            "WEB_SERVER_ADDRESS": f"{self.settings.http_host}:{self.settings.http_port}",
        }
        self.containers = [MeshContainer(city.face(name), config) for name in self.services]
        for container in self.containers:
            container.start()
            self._greenlets += [
                eventlet.spawn(self._watch, container),
                eventlet.spawn(gauges.watch, container.runtime),
            ]
        log.info("started", services=list(self.services), health_port=self.health.port)

    def _wait_for_schema(self, name: str) -> None:
        storage = city.storage(name)
        if storage is None:
            self.health.set(name, "database", True)
            self.health.set(name, "schema", True)
            return
        database = city.database(self.settings, name)
        try:
            while not self._stop.ready():
                try:
                    require_current(database, storage)
                    self.health.set(name, "schema", True)
                    return
                except SQLAlchemyError as error:
                    log.warning("database_away", service=name, error=type(error).__name__)
                    self.health.set(name, "database", False, "away")
                    eventlet.sleep(0.5)
        finally:
            database.close()

    def _watch(self, container: MeshContainer) -> None:
        """Refresh what readiness depends on, each second and whenever a link changes."""
        runtime, name = container.runtime, container.service_name
        for link in runtime.links:
            link.watchers.append(lambda: self._links(container))
        while True:
            self._links(container)
            if runtime.database is not None:
                try:
                    with (
                        eventlet.Timeout(2, TimeoutError()),
                        runtime.database.reading(runtime.database.engines[-1]) as s,
                    ):
                        s.execute(text("SELECT 1"))
                    self.health.set(name, "database", True)
                except (SQLAlchemyError, MeshError, OSError):
                    self.health.set(name, "database", False, "away")
            eventlet.sleep(1)

    def _links(self, container: MeshContainer) -> None:
        runtime, name = container.runtime, container.service_name
        blocked = runtime.outgoing.blocked
        up = all(link.up for link in runtime.links) or not self.serves
        self.health.set(name, "broker", up, "" if up else "blocked" if blocked else "no connection")
        self.health.set(name, "accepting", runtime.incoming.up or not self.serves)

    def spawn_worker(self) -> None:
        """Work off jobs, where there are any, in a process of its own, so that long work stalls no call."""
        if any(has_jobs(city.face(name)) for name in self.services):
            self._greenlets.append(eventlet.spawn(self._keep_worker))

    def _keep_worker(self) -> None:
        """Start the worker, and again when it ends before we do."""
        while not self._stop.ready():
            child = subprocess.Popen(
                [sys.executable, "-m", "plumbline.cli.main", "work", "--all", "--child-of", str(os.getpid())]
            )
            self._children = [child]
            while child.poll() is None:
                eventlet.sleep(0.5)
            if not self._stop.ready():
                log.error("worker_ended", status=child.returncode)
                eventlet.sleep(2)

    def wait(self) -> None:
        """Run until SIGTERM or SIGINT, or until a container dies."""
        for container in self.containers:
            self._greenlets.append(eventlet.spawn(self._outlive, container))
        self._stop.wait()

    def _outlive(self, container: MeshContainer) -> None:
        try:
            container.wait()
        except Exception:
            log.exception("service_died", service=container.service_name)
            self.ask_to_stop()

    def ask_to_stop(self) -> None:
        """Begin to stop."""
        if not self._stop.ready():
            self._stop.send(None)

    def stop(self) -> None:
        """Say not-ready, wait for that to be seen, drain, end."""
        self.health.stopping()
        log.info("stopping", services=list(self.services))
        eventlet.sleep(self.settings.stop_announce_s)
        for child in self._children:
            child.terminate()
        with eventlet.Timeout(self.settings.stop_grace_s + 10, False):
            stop_together(self.containers, self.settings.stop_grace_s)
        for greenlet in self._greenlets:
            greenlet.kill()
        for child in self._children:
            try:
                child.wait(self.settings.stop_grace_s + 10)
            except subprocess.TimeoutExpired:
                child.kill()
        self.stalls.stop()
        self.health.stop()
        traces.stop()
        log.info("stopped", services=list(self.services))
        logs.flush()


def stop_together(containers: Sequence[MeshContainer], grace_s: float) -> None:
    """Stop services that run side by side: who asks before who is asked, who speaks before who hears."""
    by_name = {container.service_name: container for container in containers}
    until = time.monotonic() + grace_s
    for name in city.callers_first(by_name):
        by_name[name].drain(max(until - time.monotonic(), 0))
    for step in (lambda container: container.runtime.flush(), lambda container: container.stop()):
        for thread in [eventlet.spawn(step, container) for container in containers]:
            thread.wait()


def has_jobs(face: type) -> bool:
    """Whether a service declares long work."""
    declared = (getattr(method, "nameko_entrypoints", ()) for method in vars(face).values())
    return any(isinstance(entrypoint, LongWork) for entrypoints in declared for entrypoint in entrypoints)


def run(host: Host) -> int:
    """Start, wait, stop; returns the exit status: 3 when a schema is behind."""
    try:
        host.start()
    except SchemaBehind as error:
        log.error("schema_behind", detail=str(error))
        logs.flush()
        return 3
    try:
        host.wait()
    finally:
        host.stop()
    return 0
