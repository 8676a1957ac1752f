"""One service of the town, measured: ``python -m bench.roles.service speaker``."""

import plumbline.mesh.green  # noqa: F401 - first of all

# isort: split
import sys
from functools import partial

from bench.roles import acts, hosted

if __name__ == "__main__":
    (container,) = hosted.start(sys.argv[1]).values()
    hosted.obey({"say": partial(acts.say, container), "call": partial(acts.call, container)})
