"""Guard rails that no linter of ours has: budgets, the reach of the import contracts, clean requirements and images."""

import ast
import fnmatch
import re
import tomllib
from pathlib import Path

import pytest

from plumbline.mesh.settings import kinds, variable

ROOT = Path(__file__).parents[2]
FILE_LINES, FUNCTION_LINES = 250, 25

#: Past the budget with a reason. A pattern of paths, or `path::function`.
EXCUSED = {
    "*/migrations/versions/*": "a migration is one list of tables and is never changed again",
}

SERVICES = sorted(path.name for path in (ROOT / "services").iterdir() if any(path.glob("*/*.py")))
SOURCES = sorted(
    path
    for folder in ("plumbline", "services", "gateway", "tests", "bench")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]


def lines_by_name(path):
    """The whole file, and each function in it, with their lengths."""
    name, text = path.relative_to(ROOT).as_posix(), path.read_text()
    yield name, len(text.splitlines()), FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}::{node.name}", (node.end_lineno or 0) - node.lineno + 1, FUNCTION_LINES


def excuse(name):
    return next((pattern for pattern in EXCUSED if fnmatch.fnmatch(name, pattern)), None)


def test_every_file_and_function_keeps_its_budget():
    measured = [found for path in SOURCES for found in lines_by_name(path)]
    over = {name: lines for name, lines, budget in measured if lines > budget and not excuse(name)}
    assert over == {}, "split it by noun, or excuse it in writing"


def test_no_excuse_outlives_its_need():
    names = [name for path in SOURCES for name, *_ in lines_by_name(path)]
    assert [pattern for pattern in EXCUSED if not fnmatch.filter(names, pattern)] == []


def test_every_module_says_what_it_is_for():
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in SOURCES}
    assert [name for name, text in texts.items() if text.strip() and not ast.get_docstring(ast.parse(text))] == []


@pytest.mark.parametrize("contract", CONTRACTS, ids=[contract["name"] for contract in CONTRACTS])
def test_an_import_contract_that_names_a_service_covers_them_all(contract):
    keys = ("source_modules", "forbidden_modules", "modules", "containers")
    named = [module for key in keys for module in contract.get(key, []) if module.startswith("services.")]
    inside = {".".join(module.split(".")[2:]) for module in named}
    needed = [f"services.{service}.{part}".rstrip(".") for service in SERVICES for part in sorted(inside)]
    assert [module for module in needed if not any(fnmatch.fnmatchcase(module, pattern) for pattern in named)] == []


def test_the_requirements_name_no_registry_and_every_package_has_a_hash():
    registry = re.compile(r"https?://\S+|^\s*-{1,2}(?:i\b|index|extra-index|find-links|f\b|trusted).*", re.M)
    for path in sorted(ROOT.glob("requirements*.*")):
        assert registry.findall(path.read_text()) == [], path.name
    for path in sorted(ROOT.glob("requirements*.txt")):
        packages = re.split(r"^(?=[a-z0-9])", path.read_text(), flags=re.M)[1:]
        assert len(packages) > 10
        assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_the_image_is_built_from_the_lock_with_one_service_and_runs_as_nobody_special():
    recipe = (ROOT / "services" / "Dockerfile").read_text()
    assert "pip install --require-hashes -r requirements.txt" in recipe
    users = re.findall(r"^USER (\S+)", recipe, re.M)
    assert users
    assert users[-1] not in ("root", "0")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", recipe, re.M)
    sources = [source for line in copied for source in line.split()]
    assert "services/" not in sources
    assert "." not in sources
    assert "${FOLDER}/" in sources
    missing = [source for source in sources if "$" not in source and not (ROOT / source).exists()]
    assert missing == []


def test_the_compose_file_keeps_no_password_and_runs_every_service():
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"^ +\w*(?:PASS|SECRET)\w*: (\S+)", text, re.M) + re.findall(r"://\w+:([^@]+)@", text)
    assert secrets
    assert [secret for secret in secrets if not secret.startswith("${")] == []
    wanted = set(re.findall(r"\$\{(\w+)", text))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.M))
    assert wanted == offered
    assert [name for name in (*SERVICES, "gateway") if f"\n  {name}:\n" not in text] == []


def test_the_compose_file_sets_only_settings_there_are():
    text = (ROOT / "docker-compose.yml").read_text() + (ROOT / "services" / "Dockerfile").read_text()
    assert set(re.findall(r"\b(PLUMBLINE_\w+)[:=]", text)) <= {variable(name) for name in kinds()}
