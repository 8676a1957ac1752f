"""The command line: light, honest about what is wrong, and its reference page is the catalogue."""

import json
import sys
from pathlib import Path

import pytest

from plumbline.cli import main, settings
from tests.harness.process import Process

PLUMBLINE = [sys.executable, "-m", "plumbline.cli.main"]
ROOT = Path(main.__file__).parents[2]


def said(*words: str, **environ: str) -> tuple[int, str]:
    with Process([*PLUMBLINE, *words], environ) as process:
        return process.wait(60), process.log


def test_help_names_every_command_and_says_what_it_is_for() -> None:
    status, text = said("--help")
    assert status == 0
    for name in main.names():
        assert f"  {name} " in text
        assert main.summary(name).split()[0] in text


def test_help_imports_none_of_the_commands() -> None:
    program = (
        "import sys, json\nfrom plumbline.cli.main import main\nsys.argv[1:] = ['--help']\n"
        "try: main()\nexcept SystemExit: pass\nprint(json.dumps(sorted(sys.modules)))"
    )
    with Process([sys.executable, "-c", program]) as process:
        assert process.wait(60) == 0, process.log
        loaded = set(json.loads(process.log.splitlines()[-1]))
    assert not loaded & {"sqlalchemy", "nameko", "kombu", "alembic", "opentelemetry", "requests", "minio", "structlog"}
    assert not {name for name in loaded if name.startswith("plumbline.cli.")} - {"plumbline.cli.main"}


@pytest.mark.parametrize("name", main.names())
def test_every_command_explains_itself_and_offers_nothing_foreign(name: str) -> None:
    status, text = said(name, "--help")
    assert status == 0, text
    assert "Usage: plumbline " + name in text
    assert "completion" not in text


def test_an_unknown_command_is_an_error() -> None:
    status, text = said("nonsense")
    assert status == 2 and "No such command 'nonsense'" in text


def test_wrong_settings_are_named_at_once_without_a_traceback() -> None:
    status, text = said("settings", PLUMBLINE_MAX_WORKERS="many", PLUMBLINE_NOTHING="1")
    assert status == 2
    assert text.splitlines() == [
        "2 settings are wrong:",
        "  PLUMBLINE_MAX_WORKERS is not a whole number",
        "  PLUMBLINE_NOTHING is not a setting",
    ]


def test_settings_shows_what_counts_without_secrets() -> None:
    status, text = said("settings", PLUMBLINE_BROKER_URL="amqp://u:hush@h/v", PLUMBLINE_MAX_WORKERS="3")
    assert status == 0
    assert "PLUMBLINE_BROKER_URL=amqp://u:***@h/v" in text and "PLUMBLINE_MAX_WORKERS=3" in text
    assert "hush" not in text


def test_the_reference_page_is_the_catalogue() -> None:
    """After a change of the catalogue: plumbline settings --markdown > docs/configuration.md."""
    assert (ROOT / "docs" / "configuration.md").read_text() == settings.reference()
