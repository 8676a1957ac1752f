"""Makes the process cooperative; every process entry imports it before anything else."""

import os
import warnings

# Without this, importing eventlet takes seven times as long and looks names up through its own resolver.
os.environ.setdefault("EVENTLET_NO_GREENDNS", "yes")
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402 (the filter must be set first)

eventlet.monkey_patch()
