"""The language of two small services that exist to be killed."""

from types import SimpleNamespace

from marshmallow import fields

from plumbline.contracts.wire import Event, Wire


class Add(Wire):
    id = fields.Str(required=True)
    times = fields.Int(load_default=1)


class ItemChanged(Event):
    TYPE = "item_changed.v1"
    count = fields.Int(required=True)


class ItemPraised(Event):
    """Nobody listens to this one."""

    TYPE = "item_praised.v1"
    count = fields.Int(required=True)


SPEAKER = SimpleNamespace(SERVICE="speaker", CALLS=(), HEARS=())
HEARER = SimpleNamespace(SERVICE="hearer", CALLS=("speaker",), HEARS=("speaker",))
