"""The views of the panel, written out in the order of the menu and of the tabs. A new one is a file here and a line below."""

from admin.views.abbreviations import AbbreviationsView
from admin.views.account import AccountView
from admin.views.approvals import ApprovalsView
from admin.views.audiences import AudiencesView
from admin.views.broadcast_progress import BroadcastProgressView
from admin.views.broadcasts import BroadcastsView
from admin.views.calendar import CalendarView
from admin.views.canned import CannedView
from admin.views.class_calendar import ClassCalendarView
from admin.views.class_messages import ClassMessagesView
from admin.views.class_papers import ClassPapersView
from admin.views.class_results import ClassResultsView
from admin.views.classes import ClassesView
from admin.views.contacts import ContactsView
from admin.views.documents import DocumentsView
from admin.views.door import DoorView
from admin.views.dossier_counter import DossierCounterView
from admin.views.dossiers import DossiersView
from admin.views.fees import FeesView
from admin.views.group2_goods import Group2GoodsView
from admin.views.history import HistoryView
from admin.views.inbox import InboxView
from admin.views.instruments import InstrumentsView
from admin.views.knowledge import KnowledgeView
from admin.views.learning import LearningView
from admin.views.mark_register import MarkRegisterView
from admin.views.measurement_tables import MeasurementTablesView
from admin.views.message_templates import MessageTemplatesView
from admin.views.office import OfficeSettingsView
from admin.views.organisations import OrganisationsView
from admin.views.outbox import OutboxView
from admin.views.paper_templates import PaperTemplatesView
from admin.views.preview import PreviewView
from admin.views.products import ProductsView
from admin.views.quantity_papers import QuantityPapersView
from admin.views.quantity_report import QuantityReportView
from admin.views.quarantine import QuarantineView
from admin.views.recipient_lists import RecipientListsView
from admin.views.registrations import RegistrationsView
from admin.views.reminders import RemindersView
from admin.views.second_factor import SecondFactorView
from admin.views.staff import StaffView
from admin.views.start import StartView
from admin.views.subjects import SubjectsView
from admin.views.tasks import TasksView
from admin.views.thresholds import ThresholdsView
from admin.views.time_limits import TimeLimitsView

START = StartView
KNOWLEDGE = (
    KnowledgeView,
    LearningView,
    ApprovalsView,
    PreviewView,
    SubjectsView,
    AbbreviationsView,
    ThresholdsView,
    DocumentsView,
)
VIEWS = (
    InboxView,
    DossiersView,
    DossierCounterView,
    QuantityPapersView,
    QuantityReportView,
    OrganisationsView,
    ClassesView,
    ClassCalendarView,
    RegistrationsView,
    ClassMessagesView,
    ClassResultsView,
    DoorView,
    ClassPapersView,
    ProductsView,
    MarkRegisterView,
    InstrumentsView,
    *KNOWLEDGE,
    BroadcastsView,
    BroadcastProgressView,
    MessageTemplatesView,
    AudiencesView,
    RecipientListsView,
    RemindersView,
    ContactsView,
    CannedView,
    CalendarView,
    OfficeSettingsView,
    FeesView,
    TimeLimitsView,
    MeasurementTablesView,
    Group2GoodsView,
    PaperTemplatesView,
    StaffView,
    OutboxView,
    QuarantineView,
    TasksView,
    HistoryView,
    AccountView,
    SecondFactorView,
)
