"""Tests of what is seen from outside a process: over sockets, pipes and files."""

import plumbline.mesh.green  # noqa: F401 - must be imported first
