"""Who asks whom: as the contracts say, as the code does, and never in a circle."""

import inspect
from graphlib import TopologicalSorter

import pytest

from plumbline.mesh import city
from plumbline.mesh.service import Neighbour, Rpc
from tests.contract.freeze import contracts

SERVICES = city.names()


def neighbours(service):
    found = inspect.getmembers(city.face(service), lambda value: isinstance(value, Neighbour))
    return {neighbour.contract.SERVICE for _, neighbour in found}


def answered(service):
    """The methods of a service that others may call."""
    return {
        name
        for name, method in inspect.getmembers(city.face(service), inspect.isfunction)
        if any(isinstance(entrypoint, Rpc) for entrypoint in getattr(method, "nameko_entrypoints", ()))
    }


def test_every_service_has_a_contract():
    assert set(SERVICES) <= set(contracts())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_asks_whom_its_contract_names(service):
    assert neighbours(service) == set(city.contract(service).CALLS)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_answers_what_its_contract_offers(service):
    assert answered(service) == set(city.contract(service).OPERATIONS)


def test_nobody_asks_in_a_circle():
    TopologicalSorter({name: set(module.CALLS) for name, module in contracts().items()}).prepare()


def test_whoever_is_asked_or_heard_exists():
    for module in contracts().values():
        assert {*module.CALLS, *module.HEARS} <= set(contracts())


def test_the_gateway_asks_services_that_exist():
    assert neighbours("gateway") <= set(contracts())
