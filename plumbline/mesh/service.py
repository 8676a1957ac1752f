"""What the face of a service is made of: entrypoints and dependencies in nameko's manner."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from nameko.extensions import DependencyProvider, Entrypoint

from plumbline.mesh.events.applying import Heard, Listener
from plumbline.mesh.jobs import Job
from plumbline.mesh.rpc.client import Client, Pending
from plumbline.mesh.runtime import Runtime
from plumbline.mesh.storage.work import OpenWork, Storage, Work

__all__ = ["Heard", "Job", "Neighbour", "UnitOfWork", "Work", "due", "job", "listens", "rpc"]


class _Ours(Entrypoint):
    """An entrypoint that our own machinery fires."""

    @property
    def runtime(self) -> Runtime:
        """The machinery of the service it belongs to."""
        return self.container.runtime

    def perform(self, *args: Any) -> Any:
        """Run the method, with the service's dependencies, here and now."""
        return self.container.perform(self, args)


class Rpc(_Ours):
    """A method other services call."""

    def setup(self) -> None:
        self.runtime.declared.methods[self.method_name] = self.perform


class Listens(_Ours):
    """A method that applies one type of event of one service.

    `rebuilds` says that it may run again over old events, because it only fills a projection.
    """

    def __init__(self, source: str, event: type, *, rebuilds: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source, self.event, self.rebuilds = source, event, rebuilds

    def setup(self) -> None:
        key = (self.source, self.event.TYPE)  # type: ignore[attr-defined]
        self.runtime.declared.listeners[key] = Listener(self.event, self.perform, self.rebuilds)


class Due(_Ours):
    """A method for work of one kind that falls due."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    def setup(self) -> None:
        self.runtime.declared.due[self.kind] = self.perform


class LongWork(_Ours):
    """A method for jobs of one kind."""

    def __init__(self, kind: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind

    def setup(self) -> None:
        self.runtime.declared.jobs[self.kind] = self.perform


rpc = Rpc.decorator
listens = Listens.decorator
due = Due.decorator
job = LongWork.decorator


class UnitOfWork(DependencyProvider):
    """Injects ``with self.work() as work: …; work.commit()`` and ``with self.work.reading() as work: …``."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def setup(self) -> None:
        self.container.runtime.use(self.storage)

    def get_dependency(self, worker_ctx: Any) -> Units:
        return Units(self.storage, self.container.runtime)


class Units:
    """Opens units of work."""

    __slots__ = ("_storage", "_runtime")

    def __init__(self, storage: Storage, runtime: Runtime) -> None:
        self._storage, self._runtime = storage, runtime

    def __call__(self) -> OpenWork:
        """A unit that may be committed."""
        return OpenWork(self._storage, self._runtime.database, self._runtime.committed, write=True)  # type: ignore[arg-type]

    def reading(self) -> OpenWork:
        """A unit for reading."""
        return OpenWork(self._storage, self._runtime.database, self._runtime.committed, write=False)  # type: ignore[arg-type]


class Neighbour(DependencyProvider):
    """Injects another service: ``self.subjects.may_act(request)``, or ``self.subjects.asking.may_act(request)``."""

    def __init__(self, contract: ModuleType, timeout_s: float | None = None) -> None:
        self.contract, self.timeout_s = contract, timeout_s

    def get_dependency(self, worker_ctx: Any) -> Calls:
        return Calls(self.container.runtime.client, self.contract.SERVICE, self.timeout_s)


class Asking:
    """Starts calls that run side by side; each gives a pending answer with `.result()`."""

    def __init__(self, client: Client, service: str, timeout_s: float | None) -> None:
        self._client, self._service, self._timeout_s = client, service, timeout_s

    def __getattr__(self, method: str) -> Any:
        def ask(request: dict) -> Pending:
            return self._client.send(self._service, method, request, self._timeout_s)

        return ask


class Calls(Asking):
    """Calls that wait for their answer."""

    @property
    def asking(self) -> Asking:
        """The same service, not waiting."""
        return Asking(self._client, self._service, self._timeout_s)

    def __getattr__(self, method: str) -> Any:
        def call(request: dict) -> Any:
            return self._client.call(self._service, method, request, self._timeout_s)

        return call
