"""What the personnel service keeps."""

from plumbline.contracts import subjects
from plumbline.mesh.storage import Storage
from services.personnel.storage.orm import bodies, body_changes, mapper
from services.personnel.storage.repository import BodyRepository, OfficerRepository

STORAGE = Storage(
    "personnel",
    mapper.metadata,
    {"officers": OfficerRepository, "bodies": BodyRepository},
    projections={subjects.SERVICE: (body_changes, bodies)},
)
