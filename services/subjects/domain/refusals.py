"""What the subjects service refuses; `plumbline.contracts.subjects.REFUSALS` gives each its status."""

from plumbline.law.refusal import Refusal


class UsccInvalid(Refusal):
    """The text is no unified social credit code."""

    code = "USCC_INVALID"


class RegionUnknown(Refusal):
    """The region table does not have this code."""

    code = "REGION_UNKNOWN"


class LegalBasisInvalid(Refusal):
    """A legal basis contradicts itself or another one."""

    code = "LEGAL_BASIS_INVALID"


class PowerItemInvalid(Refusal):
    """A power item contradicts itself, another one, or the body it belongs to."""

    code = "POWER_ITEM_INVALID"


class CursorInvalid(Refusal):
    """The place in a list is not one this service gave for this question."""

    code = "CURSOR_INVALID"


class SubjectNotFound(Refusal):
    """No body has this identifier."""

    code = "SUBJECT_NOT_FOUND"


class SubjectState(Refusal):
    """The body does not stand where this act may be done."""

    code = "SUBJECT_STATE"


class DuplicateSubject(Refusal):
    """Another active body carries this credit code."""

    code = "DUPLICATE"


class UnlawfulConfirmation(Refusal):
    """The body may not be confirmed: each breach names its article."""

    code = "BASIS_INSUFFICIENT"
