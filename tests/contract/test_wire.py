"""Wire forms are camelCase, bounded and named; and they only grow."""

import copy
import json
import re

import pytest
from marshmallow import fields

from plumbline.contracts.wire import Wire
from tests.contract import described
from tests.contract.freeze import RELEASED, contracts, description, release
from tests.contract.growth import broken

NOW = description()
FROZEN = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RELEASED.glob("*.json"))}
FORMS = [
    pytest.param(form, id=f"{name}.{form.__name__}")
    for name, module in contracts().items()
    for form in vars(module).values()
    if isinstance(form, type) and issubclass(form, Wire) and form is not Wire
]


def test_this_release_is_frozen():
    assert release() in FROZEN


@pytest.mark.parametrize("version", FROZEN)
def test_nothing_that_was_released_is_broken(version):
    released = FROZEN[version]
    assert set(released) <= set(NOW)
    assert {name: broken(released[name], NOW[name]) for name in released} == {name: [] for name in released}


@pytest.mark.parametrize("form", FORMS)
def test_every_field_has_a_type_of_ours_and_a_camel_case_name(form):
    for name, field in form().fields.items():
        assert re.fullmatch(r"[a-z][A-Za-z0-9]*", field.data_key), name
        described.one(field)


@pytest.mark.parametrize("module", contracts().values(), ids=contracts())
def test_every_text_and_list_that_is_read_is_bounded(module):
    def unbounded(field):
        inner = [field.inner] if isinstance(field, fields.List) else []
        inner += field.schema.fields.values() if isinstance(field, fields.Nested) else []
        own = isinstance(field, fields.String) and not getattr(field, "longest", 0)
        own |= isinstance(field, fields.List) and not field.validators
        return ([field.data_key or field.name] if own else []) + [name for one in inner for name in unbounded(one)]

    for asked, _ in module.OPERATIONS.values():
        assert [name for field in asked().fields.values() for name in unbounded(field)] == []


def test_a_released_text_or_code_was_no_accident():
    """What is frozen can be read back: the file is plain JSON and names every service."""
    assert all(set(frozen) == {"operations", "events", "refusals"} for frozen in FROZEN[release()].values())


def changed(path, value=None):
    """The contract of subjects with one thing changed, or removed when there is no value."""
    contract = copy.deepcopy(NOW["subjects"])
    *way, last = path
    place = contract
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return contract


SUSPEND = ("operations", "suspend_subject", "request")
ANSWER = ("operations", "get_subject", "reply")
SAID = ("events", "subject_revoked.v1")
NEW = {"type": "text", "required": True, "nullable": False, "longest": 9}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("operations", "may_act"), None),
        (SAID, None),
        (("refusals", "DUPLICATE"), None),
        (("refusals", "DUPLICATE"), 422),
        ((*SUSPEND, "ground"), None),
        ((*ANSWER, "uscCode"), None),
        ((*SAID, "subjectId"), None),
        ((*SUSPEND, "ground", "type"), "integer"),
        ((*SAID, "occurredOn", "type"), "instant"),
        ((*SUSPEND, "extra"), NEW),
        ((*ANSWER, "extra"), NEW),
        ((*SAID, "extra"), NEW),
        ((*SUSPEND, "until", "required"), True),
        ((*SUSPEND, "until", "nullable"), False),
        ((*SUSPEND, "ground", "longest"), 10),
        (("operations", "register_subject", "request", "kind", "codes"), ["STATUTORY"]),
        (("operations", "register_subject", "request", "powerItems", "max"), 10),
        (("operations", "register_subject", "request", "powerItems", "items", "form", "field", "codes"), ["FOOD"]),
        (("operations", "may_act", "request", "questions", "min"), 2),
        ((*ANSWER, "kind", "required"), False),
        ((*SAID, "subjectId", "nullable"), True),
        ((*ANSWER, "history", "items", "form", "since"), None),
    ],
)
def test_a_change_that_breaks_somebody_is_found(path, value):
    assert len(broken(NOW["subjects"], changed(path, value))) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("operations", "merge_subjects"), {"request": {}, "reply": {}}),
        (("events", "subject_merged.v1"), {}),
        (("refusals", "MERGER_BARRED"), 422),
        ((*SUSPEND, "extra"), {**NEW, "required": False}),
        ((*SAID, "extra"), {**NEW, "required": False}),
        ((*SUSPEND, "ground", "longest"), 5000),
        ((*SUSPEND, "legalGround", "required"), False),
        ((*SUSPEND, "occurredOn", "nullable"), True),
    ],
)
def test_growth_breaks_nobody(path, value):
    assert broken(NOW["subjects"], changed(path, value)) == []
