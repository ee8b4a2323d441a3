"""Every table, written out: one look shows all that the office remembers."""

from db.models.abbreviation import Abbreviation
from db.models.claim import Claim
from db.models.consent import Consent
from db.models.contact import Contact
from db.models.conversation import Conversation
from db.models.embedding import Embedding
from db.models.enquiry import Enquiry
from db.models.failed_update import FailedUpdate
from db.models.given_answer import GivenAnswer
from db.models.holiday import Holiday
from db.models.inbound_message import Attachment, InboundMessage
from db.models.knowledge_entry import KnowledgeEntry, KnowledgeVersion
from db.models.labelled_question import LabelledQuestion
from db.models.lease import Lease
from db.models.not_ours_subject import NotOursSubject
from db.models.office_setting import OfficeSetting
from db.models.outbound_message import OutboundMessage
from db.models.pause import Pause
from db.models.phrasing import Phrasing
from db.models.quarantined_update import QuarantinedUpdate
from db.models.reference_counter import ReferenceCounter
from db.models.replaced_document import ReplacedDocument
from db.models.revision import Revision
from db.models.staff import Staff, StaffRole, staff_roles
from db.models.stored_file import StoredFile, UploadedFile
from db.models.web_event import WebEvent

__all__ = [
    "Abbreviation",
    "Attachment",
    "Claim",
    "Consent",
    "Contact",
    "Conversation",
    "Embedding",
    "Enquiry",
    "FailedUpdate",
    "GivenAnswer",
    "Holiday",
    "InboundMessage",
    "KnowledgeEntry",
    "KnowledgeVersion",
    "LabelledQuestion",
    "Lease",
    "NotOursSubject",
    "OfficeSetting",
    "OutboundMessage",
    "Pause",
    "Phrasing",
    "QuarantinedUpdate",
    "ReferenceCounter",
    "ReplacedDocument",
    "Revision",
    "Staff",
    "StaffRole",
    "StoredFile",
    "UploadedFile",
    "WebEvent",
    "staff_roles",
]
