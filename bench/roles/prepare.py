"""Databases and queues of the town, made ready before anything is measured: ``python -m bench.roles.prepare``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import os

from bench import orders
from tests.mesh.town.town import Town

if __name__ == "__main__":
    ours = {name: value for name, value in os.environ.items() if name.startswith("PLUMBLINE_")}
    Town(ours).stop()
    orders.ready()
