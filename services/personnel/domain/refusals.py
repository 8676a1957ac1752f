"""What the personnel service refuses; `plumbline.contracts.personnel.REFUSALS` gives each its status."""

from plumbline.law.refusal import Refusal


class CertificateNumberInvalid(Refusal):
    """The text is no certificate number."""

    code = "CERT_NUMBER_INVALID"


class RegionUnknown(Refusal):
    """The region table does not have this code."""

    code = "REGION_UNKNOWN"


class CursorInvalid(Refusal):
    """The place in a list is not one this service gave for this question."""

    code = "CURSOR_INVALID"


class OfficerNotFound(Refusal):
    """No officer has this identifier."""

    code = "OFFICER_NOT_FOUND"


class CertificateNotFound(Refusal):
    """No certificate has this number."""

    code = "CERTIFICATE_NOT_FOUND"


class SubjectUnknown(Refusal):
    """Nothing has been heard yet of this body."""

    code = "SUBJECT_UNKNOWN"


class SubjectRevoked(Refusal):
    """The body has lost its qualification and takes on no officers."""

    code = "SUBJECT_REVOKED"


class OfficerLeft(Refusal):
    """The officer does not hold the post any more."""

    code = "OFFICER_LEFT"


class CertificateState(Refusal):
    """The certificate does not stand where this act may be done."""

    code = "CERTIFICATE_STATE"


class DuplicateCertificate(Refusal):
    """The number is taken, or the officer holds a certificate already."""

    code = "DUPLICATE"


class IneligibleForCertificate(Refusal):
    """The officer may not get this certificate: each breach names its article."""

    code = "CERT_ELIGIBILITY"


class UnlawfulSuspension(Refusal):
    """A certificate may not be withheld for so long, or so short."""

    code = "SUSPENSION_TERM"
