"""A measured process whose answers are wrong."""

from bench import orders
from bench.load import Load


def call(right):
    load = Load(1, right)
    load.note(0, "something else")
    return load.result()


if __name__ == "__main__":
    orders.ready()
    orders.obey({"call": call})
