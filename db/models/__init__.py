"""Every table, written out: one look shows all that the office remembers."""

from db.models.abbreviation import Abbreviation
from db.models.attendance import Attendance, DoorScan
from db.models.broadcast import (
    Broadcast,
    BroadcastRecipient,
    BroadcastVersion,
    HsInterest,
    MessageTemplate,
    MessageTemplateVersion,
    RecipientList,
    RecipientListEntry,
    SavedAudience,
    StaffContact,
    TopicChoice,
)
from db.models.canned_reply import CannedReply
from db.models.certificate import Certificate
from db.models.claim import Claim
from db.models.commune import Commune, FormerCommune
from db.models.consent import Consent
from db.models.contact import Contact
from db.models.conversation import Conversation
from db.models.desk import InternalNote, Presence, ReplyDraft
from db.models.dossier import DemandedItem, Dossier, DossierDemand, DossierDraft, DossierEvent, DossierPaper
from db.models.embedding import Embedding
from db.models.enquiry import Enquiry
from db.models.failed_update import FailedUpdate
from db.models.given_answer import GivenAnswer
from db.models.gs1_prefix import CompanyPrefixLength, Gs1Prefix
from db.models.history import HistoryEvent, HistorySeal
from db.models.holiday import Holiday
from db.models.inbound_message import Attachment, InboundMessage
from db.models.knowledge_entry import KnowledgeEntry, KnowledgeVersion
from db.models.labelled_question import LabelledQuestion
from db.models.lease import Lease
from db.models.not_ours_subject import NotOursSubject
from db.models.office_setting import OfficeSetting
from db.models.organisation import CompanyPrefix, Organisation, OrganisationContact
from db.models.outbound_message import OutboundMessage
from db.models.panel_task import PanelTask
from db.models.pause import Pause
from db.models.phrasing import Phrasing
from db.models.product import DeclaredProduct
from db.models.quantity_mark import Group2Good, IssuedPaper, LotCheck, MarkedProduct, MarkEntry, MeasuringInstrument, PaperTemplate
from db.models.quarantined_update import QuarantinedUpdate
from db.models.reference_counter import ReferenceCounter
from db.models.registration import ClassInterest, Participant, Registration, SurveyAnswer
from db.models.regulation import Fee, MeasurementTable, TimeLimit
from db.models.reminder import PersonalReminder, Reminder
from db.models.replaced_document import ReplacedDocument
from db.models.revision import Revision
from db.models.staff import Staff, StaffRole, staff_roles
from db.models.staff_link_code import StaffLinkCode
from db.models.staff_session import Passkey, SignInFailure, StaffSession
from db.models.stored_file import StoredFile, UploadedFile
from db.models.training_class import ClassDocument, ClassQuestion, ClassSession, TrainingClass
from db.models.web_event import WebEvent

__all__ = [
    "Abbreviation",
    "Attachment",
    "Attendance",
    "Broadcast",
    "BroadcastRecipient",
    "BroadcastVersion",
    "CannedReply",
    "Certificate",
    "Claim",
    "ClassDocument",
    "ClassInterest",
    "ClassQuestion",
    "ClassSession",
    "Commune",
    "CompanyPrefix",
    "CompanyPrefixLength",
    "Consent",
    "Contact",
    "Conversation",
    "DeclaredProduct",
    "DemandedItem",
    "DoorScan",
    "Dossier",
    "DossierDemand",
    "DossierDraft",
    "DossierEvent",
    "DossierPaper",
    "Embedding",
    "Enquiry",
    "FailedUpdate",
    "Fee",
    "FormerCommune",
    "GivenAnswer",
    "Group2Good",
    "Gs1Prefix",
    "HistoryEvent",
    "HistorySeal",
    "Holiday",
    "HsInterest",
    "InboundMessage",
    "InternalNote",
    "IssuedPaper",
    "KnowledgeEntry",
    "KnowledgeVersion",
    "LabelledQuestion",
    "Lease",
    "LotCheck",
    "MarkEntry",
    "MarkedProduct",
    "MeasurementTable",
    "MeasuringInstrument",
    "MessageTemplate",
    "MessageTemplateVersion",
    "NotOursSubject",
    "OfficeSetting",
    "Organisation",
    "OrganisationContact",
    "OutboundMessage",
    "PanelTask",
    "PaperTemplate",
    "Participant",
    "Passkey",
    "Pause",
    "PersonalReminder",
    "Phrasing",
    "Presence",
    "QuarantinedUpdate",
    "RecipientList",
    "RecipientListEntry",
    "ReferenceCounter",
    "Registration",
    "Reminder",
    "ReplacedDocument",
    "ReplyDraft",
    "Revision",
    "SavedAudience",
    "SignInFailure",
    "Staff",
    "StaffContact",
    "StaffLinkCode",
    "StaffRole",
    "StaffSession",
    "StoredFile",
    "SurveyAnswer",
    "TimeLimit",
    "TopicChoice",
    "TrainingClass",
    "UploadedFile",
    "WebEvent",
    "staff_roles",
]
