"""What a test of personnel looks at."""

from services.personnel.storage.orm import body_changes

NUMBER = "HB-0400-00017"


def heard(town, subject_id):
    return [row.status for row in town.rows("personnel", body_changes, body_changes.c.row) if row.body_id == subject_id]


def can(personnel, *questions, **asked):
    return personnel("can_act", {"questions": list(questions), **asked})["answers"]


def types(town, officer_id):
    return [type_ for type_, _ in town.said("personnel", officer_id)]
