"""The command `plumbline`: every other module of this package is one command, imported when it is asked for."""

import sys

# First of all, except where a command only computes: nothing in it waits, and it starts in half the time.
if not {"deadline", "late-fee", "period", "rules"}.intersection(sys.argv[1:2]):
    import plumbline.mesh.green

# isort: split
import ast
import importlib
import pkgutil
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

import plumbline.cli


def names() -> list[str]:
    """The commands there are: the modules beside this one, with hyphens for their underscores."""
    found = [module.name for module in pkgutil.iter_modules(plumbline.cli.__path__)]
    return sorted(name.replace("_", "-") for name in found if name != "main" and not name.startswith("_"))


def summary(name: str) -> str:
    """What a command is for: the first line of its module, read without importing it."""
    source = Path(plumbline.cli.__path__[0], f"{_module(name)}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]


def _module(name: str) -> str:
    return name.replace("-", "_")


class Commands(TyperGroup):
    """The commands by the names of their modules; a module defines them in ``app = typer.Typer()``."""

    def list_commands(self, ctx: Any) -> list[str]:
        """All names."""
        return names()

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself, imported now."""
        if cmd_name not in names():
            return None
        command = get_command(importlib.import_module(f"plumbline.cli.{_module(cmd_name)}").app)
        command.name = cmd_name
        command.params = [
            param for param in command.params if param.name not in ("install_completion", "show_completion")
        ]
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The list in the help, made without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(name)) for name in names()])


# Plain tracebacks: the pretty ones show local values, and those may be personal or secret.
app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)


@app.callback()
def plumbline_() -> None:
    """Plumbline, the shared information system of a city's administrative law enforcement."""


def main() -> None:
    """Run the command line."""
    try:
        app(prog_name="plumbline")
    except Exception as raised:
        from plumbline.mesh.settings import SettingsInvalid  # not for commands that have none

        if not isinstance(raised, SettingsInvalid):
            raise
        print(raised, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
