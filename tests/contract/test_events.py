"""Every event of a contract is said by its service; every listener names an event that exists."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import pytest

from plumbline.mesh import city
from plumbline.mesh.service import Listens
from tests.contract import described
from tests.contract.freeze import contracts

ROOT = Path(__file__).parents[2]
SERVICES = city.names()


def in_domain(service):
    module = import_module(f"services.{service}.domain.events")
    return {name: cls for name, cls in inspect.getmembers(module, is_dataclass) if cls.__module__ == module.__name__}


def in_contract(service):
    return {event.__name__: event for event in described.events(city.contract(service))}


def made_in_domain(service):
    """Names of events that the domain makes: ``events.SubjectRevoked(…)``."""
    for path in (ROOT / "services" / service / "domain").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node.func.attr


def listeners(service):
    """(source, event schema) of every listener of a service."""
    for _, method in inspect.getmembers(city.face(service), inspect.isfunction):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if isinstance(entrypoint, Listens):
                yield entrypoint.source, entrypoint.event


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_domain_says_and_what_the_contract_publishes_are_the_same(service):
    assert set(in_domain(service)) == set(in_contract(service))


@pytest.mark.parametrize("service", SERVICES)
def test_no_published_event_is_never_said(service):
    assert set(in_contract(service)) <= set(made_in_domain(service))


@pytest.mark.parametrize("service", SERVICES)
def test_the_wire_form_of_an_event_has_the_fields_the_domain_gives_it(service):
    for name, event in in_domain(service).items():
        assert {field.name for field in fields(event)} == set(in_contract(service)[name]().fields), name


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_is_named_for_its_class_and_its_version(service):
    for name, event in in_contract(service).items():
        assert re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() == event.TYPE.rpartition(".v")[0]
        assert event.TYPE.rpartition(".v")[2].isdigit()


@pytest.mark.parametrize("service", SERVICES)
def test_listeners_name_events_that_exist(service):
    for source, event in listeners(service):
        assert event in described.events(city.contract(source))


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_heard_from_is_what_the_contract_says(service):
    assert {source for source, _ in listeners(service)} == set(city.contract(service).HEARS)


def test_no_type_is_published_twice():
    types = [event.TYPE for module in contracts().values() for event in described.events(module)]
    assert len(types) == len(set(types))


#: What may stand in an event although it is text: names of bodies and certified officers, grounds that are public.
PUBLIC_TEXT = {
    "name",
    "position",
    "issuer",
    "legalGround",
    "uscCode",
    "region",
    "certificateNo",
    "code",
    "documentNo",
}


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_carries_identifiers_codes_days_and_public_texts_only(service):
    def texts(form):
        for name, field in form.items():
            inner = field.get("items", field)
            yield from texts(inner.get("form", {}))
            if inner["type"] == "text" and "codes" not in inner and not re.search(r"(Id|Codes)$", name):
                yield name

    for type_, form in described.contract(city.contract(service))["events"].items():
        assert set(texts(form)) <= PUBLIC_TEXT, type_
