"""Alembic asks for an environment file; ours is configured by `plumbline.mesh.storage.migrate`."""
