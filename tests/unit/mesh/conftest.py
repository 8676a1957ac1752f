"""Tests of what the kernel does without a broker or a database."""

import plumbline.mesh.green  # noqa: F401 - must be imported first
