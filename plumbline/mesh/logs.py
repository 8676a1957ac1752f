"""Structured log lines: a fixed event name with fields, the act they belong to, and never a person."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import orjson
import structlog

from plumbline.mesh import traces
from plumbline.mesh.clock import utcnow
from plumbline.mesh.context import current
from plumbline.mesh.logs_mask import masked, without_values
from plumbline.mesh.logs_writer import Writer
from plumbline.mesh.settings import Settings

Fields = MutableMapping[str, Any]
#: Libraries whose complaints are worth a line; what they say below a warning is theirs.
LIBRARIES = ("kombu", "amqp", "nameko", "sqlalchemy", "eventlet", "opentelemetry", "urllib3")
FRAMES = 40
LONGEST = 16_000

writer = Writer()
_service: ContextVar[str | None] = ContextVar("plumbline_service", default=None)


def get_logger(name: str) -> Any:
    """The logger of a module: ``get_logger(__name__).info("fixed_event_name", field=value)``."""
    return structlog.get_logger(name)


@contextmanager
def serving(service: str) -> Iterator[None]:
    """Lines in the block belong to `service` (one process may host several)."""
    token = _service.set(service)
    try:
        yield
    finally:
        _service.reset(token)


def configure(settings: Settings) -> None:
    """Log as the settings say; called once when a process starts."""
    _set_up(settings.log_level, settings.log_format)
    logging.captureWarnings(True)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
    root = logging.getLogger()
    root.handlers = [*(handler for handler in root.handlers if not isinstance(handler, _Library)), _Library()]
    sys.excepthook = _uncaught


def flush(timeout: float = 2.0) -> bool:
    """Wait until everything logged so far is written; False if it was not in time."""
    return writer.flush(timeout)


def _set_up(level: str, form: str) -> None:
    structlog.configure(
        processors=[complete, as_json if form == "json" else as_text],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=_Sink,
        cache_logger_on_first_use=False,
    )


class _Sink:
    """What the processors' result is handed to, whatever the level; knows the module it logs for."""

    def __init__(self, name: str = "plumbline") -> None:
        self.name = name

    def msg(self, line: bytes) -> None:
        writer.write(line)

    debug = info = warning = error = critical = exception = fatal = log = msg


def complete(logger: Any, level: str, fields: Fields) -> Fields:
    """Add the time, the service, the act and its trace; hide what looks personal."""
    line = {"time": utcnow().isoformat(timespec="milliseconds"), "level": level, "event": fields.pop("event", "")}
    line["logger"] = logger.name
    context = current()
    line["service"] = fields.pop("service", None) or _service.get()
    line["request_id"] = context.request_id if context is not None else None
    fault = _fault(fields.pop("exc_info", None))
    if fault:
        fields["exception"] = fault
    for name, value in fields.items():
        line[name] = masked(value)
    line["event"], line["request_id"] = masked(line["event"]), masked(line["request_id"])
    line["trace_id"] = traces.trace_id()
    return {name: value for name, value in line.items() if value is not None}


def _fault(exc_info: Any) -> str | None:
    if not exc_info:
        return None
    if isinstance(exc_info, BaseException):
        fault: BaseException | None = exc_info
    else:
        fault = exc_info[1] if isinstance(exc_info, tuple) else sys.exc_info()[1]
    if fault is None:
        return None
    # format_exception never shows local values; the text of a driver's error does, so those are taken out.
    return without_values("".join(traceback.format_exception(fault, limit=-FRAMES)))[-LONGEST:]


def as_json(logger: Any, level: str, fields: Fields) -> bytes:
    """One JSON object."""
    try:
        return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a number or a text that JSON in UTF-8 cannot hold
        return json.dumps(fields, default=str).encode() + b"\n"


def as_text(logger: Any, level: str, fields: Fields) -> bytes:
    """One line for people; an exception follows below it."""
    fault = fields.pop("exception", "")
    head = f"{fields.pop('time')[11:23]} {fields.pop('level'):<8} {fields.pop('event'):<30}"
    rest = " ".join(f"{name}={value}" for name, value in fields.items())
    return f"{head} {rest}\n{fault}".encode(errors="replace")


class _Library(logging.Handler):
    """Takes what libraries log through the standard library into our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = without_values(record.getMessage())[:LONGEST]
        except Exception:  # a library's wrong format string is no reason to fail
            message = str(record.msg)
        method = "warning" if record.levelno < logging.ERROR else "error"
        getattr(get_logger(record.name), method)("library_message", message=message, exc_info=record.exc_info)


def _uncaught(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, fault, trace)
        return
    get_logger(__name__).critical("process_failed", exc_info=fault)
    flush()


_set_up("WARNING", "console")
