"""Storage of a service: the unit of work and what it needs."""

from plumbline.mesh.storage.work import Storage, Work

__all__ = ["Storage", "Work"]
