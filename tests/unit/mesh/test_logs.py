"""Log lines: one JSON object with the act's ids, and never a person."""

import json
import logging
import os
import timeit
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from plumbline.mesh import logs, traces
from plumbline.mesh.context import Context, use
from plumbline.mesh.logs_mask import masked, without_values
from plumbline.mesh.settings import load

Lines = Callable[[], list[dict[str, Any]]]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
log = logs.get_logger("services.subjects.face")


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    handlers = list(logging.getLogger().handlers)
    yield
    logging.getLogger().handlers = handlers
    logging.captureWarnings(False)
    logs.configure(load({"PLUMBLINE_LOG_LEVEL": "WARNING"}))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Lines:
    written: list[bytes] = []
    monkeypatch.setattr(logs.writer, "write", written.append)
    logs.configure(load({}))
    return lambda: [json.loads(line) for line in written]


def test_a_line_has_its_event_its_fields_and_the_act(lines: Lines) -> None:
    with use(Context(request_id="r-1", traceparent=TRACE)), logs.serving("subjects"):
        log.info("subject_confirmed", subject="s-9", seconds=0.2)
    [line] = lines()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "event": "subject_confirmed",
        "logger": "services.subjects.face",
        "service": "subjects",
        "request_id": "r-1",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "subject": "s-9",
        "seconds": 0.2,
    }


def test_outside_an_act_a_line_has_no_ids(lines: Lines) -> None:
    log.warning("broker_lost")
    assert lines()[0].keys() == {"time", "level", "event", "logger"}


def test_a_line_may_name_its_service_itself(lines: Lines) -> None:
    with logs.serving("subjects"):
        log.warning("relay_paused", service="personnel")
    assert lines()[0]["service"] == "personnel"


def test_lines_below_the_level_are_not_made(lines: Lines) -> None:
    log.debug("detail")
    assert lines() == []


def test_a_traceback_shows_no_local_values(lines: Lines) -> None:
    try:
        name = "".join(["王", "小", "明"])
        raise LookupError(len(name))
    except LookupError:
        log.exception("act_failed")
    [line] = lines()
    assert "LookupError: 3" in line["exception"] and "test_logs.py" in line["exception"]
    assert "王小明" not in json.dumps(line, ensure_ascii=False)


def test_what_a_database_quotes_is_taken_out(lines: Lines) -> None:
    text = (
        "(psycopg2.errors.UniqueViolation) duplicate key\nDETAIL:  Key (name)=(王小明) already exists.\n\n"
        "[SQL: INSERT INTO t (name) VALUES (%(name)s)]\n[parameters: {'name': '王小明'}]\n"
        "(Background on this error at: x)"
    )
    log.error("act_failed", exc_info=RuntimeError(text))
    fault = lines()[0]["exception"]
    assert "王小明" not in fault and "INSERT INTO t" in fault and "Background" in fault


@pytest.mark.parametrize(
    "text",
    [
        "11010119900307775X",
        "身份证110101199003077758号",
        "id110101199003077758",
        "110101900307775",
        "tel:13812345678",
        "+8613812345678",
        "138 1234 5678",
        "\n13812345678\n",
        "6222021234567890123",
        "6222 0212 3456 7890 123",
        "6222-0212-3456-7890",
    ],
)
def test_digits_that_look_like_a_persons_are_masked(text: str) -> None:
    shown = masked(text)
    assert "***" in shown
    assert sum(character.isdigit() for character in shown) == 0


@pytest.mark.parametrize(
    "text",
    [
        "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "0af7651916cd43dd8448eb211c80319c",
        "2026-11-23T18:06:03.305+00:00",
        "12345678-1234-1234-1234-123456789012",
        "case 20261123",
        "5000000000",
    ],
)
def test_identifiers_and_instants_are_left_alone(text: str) -> None:
    assert masked(text) == text


def test_numbers_and_what_lies_deeper_are_masked_too(lines: Lines) -> None:
    log.info("noted", phone=13812345678, deep={"a": ["13812345678", 5]}, odd=Exception("13812345678"))
    [line] = lines()
    assert (line["phone"], line["deep"], line["odd"]) == ("***", {"a": ["***", 5]}, "***")


def test_text_without_bound_values_is_left_alone() -> None:
    assert without_values("ValueError: DETAIL") == "ValueError: DETAIL"


def test_a_value_that_json_cannot_hold_still_makes_a_line(lines: Lines) -> None:
    log.info("noted", big=10**9, half="\ud800", many={1, 2}, when=load({}).data_dir)
    [line] = lines()
    assert line["many"] == [1, 2] and line["when"] == "var"


def test_warnings_of_libraries_become_lines(lines: Lines) -> None:
    # The test runner's own handlers would stumble over the wrong format that ours must bear.
    logging.getLogger().handlers = []
    logs.configure(load({}))
    logging.getLogger("kombu.connection").warning("lost %s", "13812345678")
    logging.getLogger("kombu.connection").info("chatter")
    logging.getLogger("amqp").error("broken %d %d", 1)
    first, second = lines()
    assert (first["event"], first["logger"], first["message"]) == ("library_message", "kombu.connection", "lost ***")
    assert (second["level"], second["message"]) == ("error", "broken %d %d")


def test_lines_for_people_are_one_line_and_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    monkeypatch.setattr(logs.writer, "write", written.append)
    logs.configure(load({"PLUMBLINE_LOG_FORMAT": "console"}))
    log.info("subject_confirmed", subject="s-9")
    log.error("act_failed", exc_info=ValueError("no"))
    assert b"info     subject_confirmed" in written[0] and b"subject=s-9\n" in written[0]
    assert written[1].endswith(b"ValueError: no\n")


def test_a_line_costs_microseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure(load({}))
    monkeypatch.setattr(logs.writer, "descriptor", os.open(os.devnull, os.O_WRONLY))
    with use(Context(request_id="r" * 32, traceparent=traces.new_traceparent())), logs.serving("subjects"):
        best = min(timeit.repeat(lambda: log.info("done", method="may_act", seconds=0.01), number=500, repeat=7)) / 500
    logs.flush()
    assert best < 60e-6, f"{best * 1e6:.1f} µs"
