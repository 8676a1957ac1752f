"""Every setting there is: its type, default, unit and meaning, and what production asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from marshmallow import fields

from plumbline.mesh.settings_kinds import (
    DatabaseUrl,
    Folder,
    Url,
    entry,
    no_guest,
    not_movable,
    number,
    one_of,
    required,
    whole,
)

#: Whose databases can be named; a process may host others besides (see `plumbline.mesh.settings.load`).
SERVICES = ("subjects", "personnel", "cases", "inspection", "disclosure", "crimlink", "gateway")


def database_entry() -> DatabaseUrl:
    """The kind of every PLUMBLINE_DATABASE_URL_<SERVICE>."""
    kind = DatabaseUrl()
    doc = "Database of this service: `postgresql://…` or `sqlite:///path`. Production asks for those it hosts."
    kind.metadata = {"doc": doc, "unit": "", "secret": True, "production": required, "in_production": None}
    return kind


@dataclass(frozen=True, kw_only=True)
class Process:
    """The process and how it stops."""

    profile: str = entry(
        one_of("development", "test", "production"),
        "development",
        "What the process is for. Production has no defaults for addresses and keys and refuses what is unsafe.",
    )
    data_dir: Path = entry(Folder(), Path("var"), "Folder for what has no address of its own.")
    max_workers: int = entry(whole(1, 1000), 10, "Calls that one service handles at the same time.")
    stop_grace_s: float = entry(
        number(0, 3600), 20.0, "How long work under way may take to end when stopping.", unit="s"
    )
    stop_announce_s: float = entry(
        number(0, 300), 0.0, "How long it says not-ready, still working, before it drains.", unit="s", in_production=5.0
    )
    clock: str = entry(
        one_of("system", "movable"),
        "system",
        "Where legal time comes from. Movable is for tests.",
        production=not_movable,
    )


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The broker and calls between services."""

    broker_url: str = entry(
        Url("inproc", "amqp", "amqps", host_in=("amqp", "amqps")),
        "inproc://",
        "`amqp://user:password@host:port/vhost`, `amqps://…`, or `inproc://` for one process without a broker.",
        secret=True,
        production=no_guest,
    )
    rpc_timeout_s: float = entry(number(0.01, 300), 5.0, "Deadline of a call that was given none.", unit="s")
    rpc_max_pending: int = entry(whole(1), 500, "Calls to one service that may wait for their answer at once.")
    heartbeat_s: float = entry(number(1, 10), 10.0, "Heartbeat of broker connections.", unit="s")
    connect_timeout_s: float = entry(number(0.1, 60), 3.0, "Longest wait for a connection.", unit="s")
    message_limit_bytes: int = entry(
        whole(1024), 262144, "Larger messages are refused; files travel by hash.", unit="bytes"
    )


@dataclass(frozen=True, kw_only=True)
class Events:
    """Events, due work and jobs."""

    inbox_workers: int = entry(whole(1, 100), 2, "Workers of one service that apply received events.")
    inbox_batch: int = entry(whole(1, 10000), 100, "Events that are received in one transaction at most.")
    inbox_attempts: int = entry(whole(1, 100), 8, "Failures of one event before its aggregate is parked for a person.")
    inbox_backoff_first_s: float = entry(
        number(0.01, 3600), 1.0, "Pause after the first failure; it doubles.", unit="s"
    )
    inbox_backoff_max_s: float = entry(number(0.01, 86400), 300.0, "Longest pause between two attempts.", unit="s")
    relay_batch: int = entry(whole(1, 10000), 200, "Outbox rows that are published together.")
    relay_poll_s: float = entry(
        number(0.01, 60), 0.1, "Pause before the relay looks at an empty outbox again.", unit="s"
    )
    outbox_retention_days: int = entry(
        whole(0), 0, "Published outbox rows older than this are deleted; 0 keeps all.", unit="d"
    )
    catch_up_s: float = entry(
        number(0.1, 86400), 30.0, "Pause between two looks for events that never arrived.", unit="s"
    )
    due_poll_s: float = entry(
        number(0.05, 3600), 1.0, "Pause between two looks for work that has fallen due.", unit="s"
    )
    job_lease_s: float = entry(
        number(1, 3600), 30.0, "A job whose worker was silent for so long is taken over.", unit="s"
    )


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Databases and files."""

    pool_size: int = entry(whole(1, 1000), 10, "Database connections for calls, per service; as many as workers.")
    kernel_pool_size: int = entry(whole(1, 100), 4, "Database connections for relay, inbox and due work, per service.")
    pool_timeout_s: float = entry(number(0.01, 60), 3.0, "Longest wait for a free database connection.", unit="s")
    files_url: str | None = entry(
        Url("file", "s3", "s3+http", host_in=("s3", "s3+http")),
        None,
        "Where files are kept: `file:///folder`, `s3://host:port/bucket` (TLS) or `s3+http://host:port/bucket`. "
        "By default the folder `files` in the data folder.",
        production=required,
    )
    files_access_key: str | None = entry(fields.String(), None, "Access key of the S3 bucket.", secret=True)
    files_secret_key: str | None = entry(fields.String(), None, "Secret key of the S3 bucket.", secret=True)
    files_region: str = entry(fields.String(), "us-east-1", "Region of the S3 bucket.")


@dataclass(frozen=True, kw_only=True)
class Outside:
    """What is seen from outside."""

    http_host: str = entry(fields.String(), "127.0.0.1", "Address the gateway listens on.")
    http_port: int = entry(whole(0, 65535), 8000, "Port the gateway listens on; 0 = any free one.")
    health_host: str = entry(fields.String(), "127.0.0.1", "Address that health and metrics are served on.")
    health_port: int = entry(whole(0, 65535), 8100, "Port that health and metrics are served on; 0 = any free one.")
    log_level: str = entry(one_of("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "Least level that is logged.")
    log_format: str = entry(one_of("json", "console"), "json", "One JSON object a line, or lines for people.")
    traces_exporter: str = entry(
        one_of("none", "otlp", "console"), "none", "Where spans go. Trace ids are passed on in any case."
    )
    traces_sample_ratio: float = entry(number(0, 1), 1.0, "Share of new traces that is recorded.")
    otlp_endpoint: str = entry(
        Url("http", "https", host_in=("http", "https")),
        "http://127.0.0.1:4318/v1/traces",
        "Collector that takes spans over OTLP/HTTP. In production it must be set when the exporter is `otlp`.",
    )


#: The chapters of the catalogue in the order of the reference page.
CHAPTERS = (Process, Broker, Events, Stores, Outside)


@dataclass(frozen=True, kw_only=True)
class Catalogue(Process, Broker, Events, Stores, Outside):
    """All chapters together."""
