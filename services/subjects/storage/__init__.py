"""What the subjects service keeps."""

from plumbline.mesh.storage import Storage
from services.subjects.storage.orm import mapper
from services.subjects.storage.repository import SubjectRepository

STORAGE = Storage("subjects", mapper.metadata, {"subjects": SubjectRepository})
