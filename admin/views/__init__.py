"""The views of the panel, written out in the order of the menu. A new one is a file here and a line below."""

from admin.views.account import AccountView
from admin.views.contacts import ContactsView
from admin.views.inbox import InboxView
from admin.views.knowledge import KnowledgeView
from admin.views.outbox import OutboxView
from admin.views.quarantine import QuarantineView
from admin.views.staff import StaffView
from admin.views.start import StartView

START = StartView
VIEWS = (InboxView, KnowledgeView, ContactsView, OutboxView, QuarantineView, StaffView, AccountView)
