"""Words for the states and kinds that the database knows by code. Every code has its sentence here, so that a guard finds it."""

from domain.messages import N_
from domain.topics import SERVICE, TOPICS

STATUS = {
    "waiting": N_("panel.status.waiting"),
    "human": N_("panel.status.human"),
    "bot": N_("panel.status.bot"),
    "closed": N_("panel.status.closed"),
}
REASON = {
    "not_found": N_("panel.reason.not_found"),
    "asked": N_("panel.reason.asked"),
    "not_helpful": N_("panel.reason.not_helpful"),
    "draft": N_("panel.reason.draft"),
    "not_ours": N_("panel.reason.not_ours"),
    "unclear": N_("panel.reason.unclear"),
    "unsure": N_("panel.reason.unsure"),
    "broadcast": N_("panel.reason.broadcast"),
}
CHANNEL = {
    "web": N_("panel.channel.web"),
    "telegram": N_("panel.channel.telegram"),
    "zalo": N_("panel.channel.zalo"),
    "mail": N_("panel.channel.mail"),
}
DELIVERY = {
    "waiting": N_("panel.delivery.waiting"),
    "sending": N_("panel.delivery.sending"),
    "sent": N_("panel.delivery.sent"),
    "failed": N_("panel.delivery.failed"),
    "unknown": N_("panel.delivery.unknown"),
    "suppressed": N_("panel.delivery.suppressed"),
}
FILE_TYPE = {
    "image/jpeg": N_("panel.file.picture"),
    "image/png": N_("panel.file.picture"),
    "image/webp": N_("panel.file.picture"),
    "image/heic": N_("panel.file.picture_heic"),
    "application/pdf": N_("panel.file.pdf"),
    "application/msword": N_("panel.file.word"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": N_("panel.file.word"),
    "application/vnd.ms-excel": N_("panel.file.excel"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": N_("panel.file.excel"),
}
KIND = {
    "reply": N_("panel.kind.reply"),
    "officer": N_("panel.kind.officer"),
    "notice": N_("panel.kind.notice"),
    "alert": N_("panel.kind.alert"),
    "ephemeral": N_("panel.kind.ephemeral"),
    "reminder": N_("panel.kind.reminder"),
    "urgent": N_("panel.kind.urgent"),
    "service": N_("panel.kind.service"),
    "broadcast": N_("panel.kind.broadcast"),
    "digest": N_("panel.kind.digest"),
}
ENTRY_STATUS = {
    "draft": N_("panel.entry.draft"),
    "published": N_("panel.entry.published"),
    "withdrawn": N_("panel.entry.withdrawn"),
}
CERTAINTY = {
    "high": N_("panel.certainty.high"),
    "medium": N_("panel.certainty.medium"),
    "low": N_("panel.certainty.low"),
}
TOPIC = {
    "ma-so-ma-vach": N_("panel.topic.ma-so-ma-vach"),
    "hop-quy-hop-chuan": N_("panel.topic.hop-quy-hop-chuan"),
    "tbt": N_("panel.topic.tbt"),
    "dau-dinh-luong": N_("panel.topic.dau-dinh-luong"),
    "phuong-tien-do": N_("panel.topic.phuong-tien-do"),
    "nhan-hang-hoa": N_("panel.topic.nhan-hang-hoa"),
    "nhap-khau": N_("panel.topic.nhap-khau"),
    "cong-bo-tieu-chuan": N_("panel.topic.cong-bo-tieu-chuan"),
    "truy-xuat-nguon-goc": N_("panel.topic.truy-xuat-nguon-goc"),
    "xang-dau-lpg": N_("panel.topic.xang-dau-lpg"),
    "tap-huan": N_("panel.topic.tap-huan"),
    "lien-he": N_("panel.topic.lien-he"),
    "giai-thuong-chat-luong": N_("panel.topic.giai-thuong-chat-luong"),
    "can-doi-chung": N_("panel.topic.can-doi-chung"),
    "nang-suat-chat-luong": N_("panel.topic.nang-suat-chat-luong"),
    "iso-9001": N_("panel.topic.iso-9001"),
    "giam-dinh-tu-phap": N_("panel.topic.giam-dinh-tu-phap"),
}
ROOM = {
    "work": N_("panel.room.work"),
    "office": N_("panel.room.office"),
    "machine": N_("panel.room.machine"),
}
FAMILY = {
    "knowledge": N_("panel.menu.knowledge"),
    "broadcasts": N_("panel.menu.broadcasts"),
}
"""Names of the views whose tabs others are."""
ACT = {
    "created": N_("panel.history.created"),
    "changed": N_("panel.history.changed"),
    "deleted": N_("panel.history.deleted"),
    "restored": N_("panel.history.restored"),
    "viewed": N_("panel.history.viewed"),
    "exported": N_("panel.history.exported"),
    "imported": N_("panel.history.imported"),
    "signed_in": N_("panel.history.signed_in"),
    "signed_out": N_("panel.history.signed_out"),
    "cut_off": N_("panel.history.cut_off"),
    "refused": N_("panel.history.refused"),
}
NOUN = {
    "abbreviations": N_("panel.noun.abbreviations"),
    "attendances": N_("panel.noun.attendances"),
    "broadcasts": N_("panel.menu.broadcasts"),
    "canned_replies": N_("panel.noun.canned_replies"),
    "certificates": N_("panel.noun.certificates"),
    "class_messages": N_("panel.noun.class_messages"),
    "class_documents": N_("panel.noun.class_documents"),
    "class_questions": N_("panel.noun.class_questions"),
    "class_sessions": N_("panel.noun.class_sessions"),
    "consents": N_("panel.noun.consents"),
    "company_prefixes": N_("panel.noun.company_prefixes"),
    "contacts": N_("panel.noun.contacts"),
    "declared_products": N_("panel.noun.declared_products"),
    "demanded_items": N_("panel.noun.demanded_items"),
    "dossier_demands": N_("panel.noun.dossier_demands"),
    "dossier_drafts": N_("panel.noun.dossier_drafts"),
    "dossier_events": N_("panel.noun.dossier_events"),
    "dossier_papers": N_("panel.noun.dossier_papers"),
    "dossiers": N_("panel.noun.dossiers"),
    "enquiries": N_("panel.noun.enquiries"),
    "fees": N_("panel.noun.fees"),
    "given_answers": N_("panel.noun.given_answers"),
    "group2_goods": N_("panel.noun.group2_goods"),
    "holidays": N_("panel.noun.holidays"),
    "internal_notes": N_("panel.noun.internal_notes"),
    "knowledge_entries": N_("panel.noun.knowledge_entries"),
    "knowledge_versions": N_("panel.noun.knowledge_versions"),
    "labelled_questions": N_("panel.noun.labelled_questions"),
    "marked_products": N_("panel.noun.marked_products"),
    "mark_entries": N_("panel.noun.mark_entries"),
    "measurement_tables": N_("panel.noun.measurement_tables"),
    "measuring_instruments": N_("panel.noun.measuring_instruments"),
    "not_ours_subjects": N_("panel.noun.not_ours_subjects"),
    "office_settings": N_("panel.noun.office_settings"),
    "organisation_contacts": N_("panel.noun.organisation_contacts"),
    "organisations": N_("panel.noun.organisations"),
    "outbox": N_("panel.noun.outbox"),
    "panel_tasks": N_("panel.noun.panel_tasks"),
    "participants": N_("panel.noun.participants"),
    "passkeys": N_("panel.noun.passkeys"),
    "phrasings": N_("panel.noun.phrasings"),
    "quarantined_updates": N_("panel.noun.quarantined_updates"),
    "recipient_list_entries": N_("panel.noun.recipient_list_entries"),
    "recipient_lists": N_("panel.noun.recipient_lists"),
    "registrations": N_("panel.noun.registrations"),
    "reminders": N_("panel.menu.reminders"),
    "replaced_documents": N_("panel.noun.replaced_documents"),
    "saved_audiences": N_("panel.noun.saved_audiences"),
    "staff": N_("panel.noun.staff"),
    "staff_contacts": N_("panel.noun.staff_contacts"),
    "staff_roles": N_("panel.noun.staff_roles"),
    "staff_sessions": N_("panel.noun.staff_sessions"),
    "time_limits": N_("panel.noun.time_limits"),
    "training_classes": N_("panel.noun.training_classes"),
}
FEE_KIND = {
    "gcp10": N_("fee.kind.gcp10"),
    "gcp9": N_("fee.kind.gcp9"),
    "gcp8": N_("fee.kind.gcp8"),
    "gcp7": N_("fee.kind.gcp7"),
    "single_gtin": N_("fee.kind.single_gtin"),
    "gln": N_("fee.kind.gln"),
    "gtin8": N_("fee.kind.gtin8"),
    "foreign_dossier": N_("fee.kind.foreign_dossier"),
    "foreign_code": N_("fee.kind.foreign_code"),
}
PRODUCT = {
    "declared": N_("panel.product.state.declared"),
    "disputed": N_("panel.product.state.disputed"),
    "withdrawn": N_("panel.product.state.withdrawn"),
}
MARK_REGISTER = {
    "announcement": N_("register.announcement"),
    "certificate": N_("register.certificate"),
}
MARK_STATUS = {
    "in_force": N_("panel.line.in_force"),
    "suspended": N_("panel.line.suspended"),
    "superseded": N_("panel.line.superseded"),
    "revoked": N_("panel.line.revoked"),
    "expired": N_("panel.line.expired"),
}
MARK_EXPIRES = {
    "soon": N_("panel.line.expires_soon"),
    "later": N_("panel.line.expires_later"),
}
MARK_REASON = {
    "violation": N_("panel.line.reason.violation"),
    "by_request": N_("panel.line.reason.by_request"),
    "dissolved": N_("panel.line.reason.dissolved"),
}
FIRM_KIND = {
    "producer": N_("panel.line.producer"),
    "importer": N_("panel.line.importer"),
}
INSTRUMENT_ENDS = {
    "over": N_("panel.instrument.ends_over"),
    "soon": N_("panel.instrument.ends_soon"),
    "later": N_("panel.instrument.ends_later"),
}
MEASUREMENT_TABLE = {
    "tolerable_deficiency": N_("panel.table.name.tolerable_deficiency"),
    "deficiency_rounding": N_("panel.table.name.deficiency_rounding"),
    "sampling_plan": N_("panel.table.name.sampling_plan"),
    "numeral_height": N_("panel.table.name.numeral_height"),
    "unit_choice": N_("panel.table.name.unit_choice"),
}
ROLE = {
    "administrator": N_("panel.role.administrator"),
    "enquiries": N_("panel.role.enquiries"),
    "training": N_("panel.role.training"),
    "barcodes": N_("panel.role.barcodes"),
    "metrology": N_("panel.role.metrology"),
    "communications": N_("panel.role.communications"),
    "viewer": N_("panel.role.viewer"),
}
STANDING = {
    "draft": N_("panel.standing.draft"),
    "soon": N_("panel.standing.soon"),
    "open": N_("panel.standing.open"),
    "full": N_("panel.standing.full"),
    "over": N_("panel.standing.over"),
    "closed": N_("panel.standing.closed"),
    "held": N_("panel.standing.held"),
    "archived": N_("panel.standing.archived"),
    "cancelled": N_("panel.standing.cancelled"),
}
"""What people call the state of a class; soon, full and over are states of an open one."""
REGISTRATION = {
    "confirmed": N_("panel.registration.confirmed"),
    "offered": N_("panel.registration.offered"),
    "waiting": N_("panel.registration.waiting"),
    "cancelled": N_("panel.registration.cancelled"),
    "lapsed": N_("panel.registration.lapsed"),
}
SOURCE = {
    "chat": N_("panel.source.chat"),
    "counter": N_("panel.source.counter"),
    "import": N_("panel.source.import"),
}
DOSSIER_SOURCE = {
    "chat": N_("panel.dossier.source.chat"),
    "form": N_("panel.dossier.source.form"),
    "counter": N_("panel.dossier.source.counter"),
}
TIME_UNIT = {
    "working_days": N_("panel.time_limit.unit.working_days"),
    "calendar_days": N_("panel.time_limit.unit.calendar_days"),
    "months": N_("panel.time_limit.unit.months"),
    "years": N_("panel.time_limit.unit.years"),
}
DOSSIER_EVENT = {
    "submitted": N_("panel.dossier.event.submitted"),
    "moved": N_("panel.dossier.event.moved"),
    "proposed": N_("panel.dossier.event.proposed"),
    "sent_back": N_("panel.dossier.event.sent_back"),
    "demanded": N_("panel.dossier.event.demanded"),
    "filled": N_("panel.dossier.event.filled"),
    "corrected": N_("panel.dossier.event.corrected"),
    "late": N_("panel.dossier.event.late"),
    "overdue": N_("panel.dossier.event.overdue"),
    "assigned": N_("panel.dossier.event.assigned"),
    "note": N_("panel.dossier.event.note"),
    "checked": N_("panel.dossier.event.checked"),
    "disputed": N_("panel.dossier.event.disputed"),
    "unfilled": N_("panel.dossier.event.unfilled"),
    "entry_drafted": N_("panel.dossier.event.entry_drafted"),
    "paper_made": N_("panel.dossier.event.paper_made"),
    "paper_sent": N_("panel.dossier.event.paper_sent"),
}
ACTOR = {
    "citizen": N_("panel.dossier.actor.citizen"),
    "staff": N_("panel.dossier.actor.staff"),
    "system": N_("panel.dossier.actor.system"),
}
SPEAKS = {
    "claimed": N_("panel.speaks.claimed"),
    "confirmed": N_("panel.speaks.confirmed"),
    "refused": N_("panel.speaks.refused"),
}
"""Whether a contact speaks for a firm."""
ENDED_BY = {
    "citizen": N_("panel.ended_by.citizen"),
    "staff": N_("panel.ended_by.staff"),
    "class": N_("panel.ended_by.class"),
}
REGISTRATION_FIELD = {
    "status": N_("panel.filter.state"),
    "receipt_number": N_("panel.registration.receipt"),
    "note": N_("panel.registration.note"),
    "offer_until": N_("panel.registration.offer_until"),
    "score": N_("panel.result.score"),
}
REMINDER = {
    "planned": N_("panel.reminder.planned"),
    "sent": N_("panel.reminder.sent"),
    "dropped": N_("panel.reminder.dropped"),
}
DROPPED = {
    "moved": N_("panel.reminder.moved"),
    "cancelled": N_("panel.reminder.cancelled"),
    "trial": N_("panel.reminder.trial"),
    "ended": N_("panel.reminder.ended"),
    "class ended": N_("panel.reminder.class_ended"),
    "begun": N_("panel.reminder.begun"),
    "newer due": N_("panel.reminder.newer"),
    "quiet": N_("panel.reminder.quiet"),
    "called off": N_("panel.reminder.called_off"),
    "not wanted": N_("panel.reminder.not_wanted"),
    "paid": N_("panel.reminder.paid"),
}
"""Why a reminder is not sent."""
OUTCOME = {
    "earned": N_("panel.outcome.earned"),
    "not_passed": N_("panel.outcome.not_passed"),
    "absent": N_("panel.outcome.absent"),
}
PURPOSE = {
    "answering": N_("panel.purpose.answering"),
    "updates": N_("panel.purpose.updates"),
    "dossiers": N_("panel.purpose.dossiers"),
}
UNNAMED = {
    "web": N_("panel.contact.unnamed_web"),
    "telegram": N_("panel.contact.unnamed_telegram"),
}
FILTER = {
    "channel": N_("panel.filter.channel"),
    "state": N_("panel.filter.state"),
    "status": N_("panel.filter.status"),
    "topic": N_("panel.filter.topic"),
    "about": N_("panel.broadcast.topic"),
    "language": N_("panel.filter.language"),
    "certainty": N_("panel.filter.certainty"),
    "review": N_("panel.filter.review"),
    "approval": N_("panel.filter.approval"),
    "act": N_("panel.history.what"),
    "noun": N_("panel.filter.noun"),
    "officer": N_("panel.filter.officer"),
    "overdue": N_("panel.filter.due"),
    "awaiting": N_("panel.filter.turn"),
    "kind": N_("panel.dossier.type"),
    "reminder": N_("panel.outbox.kind"),
    "speaker": N_("panel.organisation.contacts"),
    "register": N_("panel.line.register"),
    "expires": N_("panel.line.expires"),
    "ends": N_("panel.instrument.valid_until"),
}
REVIEW_STATE = {
    "due": N_("panel.review.mark_due"),
    "unserved": N_("panel.review.mark_unserved"),
    "replaced": N_("panel.review.mark_replaced"),
}
FIELD = {
    "question": N_("panel.entry.question"),
    "answer": N_("panel.entry.answer"),
    "source": N_("panel.entry.source"),
    "topic": N_("panel.entry.topic"),
    "certainty": N_("panel.entry.certainty"),
    "as_of": N_("panel.entry.as_of"),
    "review_by": N_("panel.entry.review_by"),
}
DECISION = {
    "answer": N_("panel.decision.answer"),
    "ask_back": N_("panel.decision.ask_back"),
    "handover": N_("panel.decision.handover"),
    "start-training": N_("panel.decision.start_training"),
    "start-barcode": N_("panel.decision.start_barcode"),
    "start-quantity-mark": N_("panel.decision.start_quantity_mark"),
    "smalltalk": N_("panel.decision.smalltalk"),
    "status": N_("panel.decision.status"),
}
JUDGED = {
    "sure": N_("panel.judged.sure"),
    "fairly": N_("panel.judged.fairly"),
    "unclear": N_("panel.judged.unclear"),
    "not_ours": N_("panel.judged.not_ours"),
    "not_found": N_("panel.judged.not_found"),
    "draft": N_("panel.judged.draft"),
    "asked": N_("panel.judged.asked"),
}
SUBJECT = {
    "@insult": N_("panel.subject.insult"),
    "@instructions": N_("panel.subject.instructions"),
    "@others-data": N_("panel.subject.others_data"),
    "@far": N_("panel.subject.far"),
}
SIGNAL = {
    "words": N_("panel.signal.words"),
    "letters": N_("panel.signal.letters"),
    "answer": N_("panel.signal.answer"),
    "phrasing_words": N_("panel.signal.phrasing_words"),
    "phrasing_letters": N_("panel.signal.phrasing_letters"),
    "meaning": N_("panel.signal.meaning"),
    "cosine": N_("panel.signal.cosine"),
    "closest": N_("panel.signal.closest"),
    "passage": N_("panel.signal.passage"),
}
FIGURE = {
    "first": N_("panel.figure.first"),
    "top3": N_("panel.figure.top3"),
    "outright": N_("panel.figure.outright"),
    "wrong": N_("panel.figure.wrong"),
    "not_ours": N_("panel.figure.not_ours"),
}
TURNED = {
    "worse": N_("panel.turned.worse"),
    "better": N_("panel.turned.better"),
    "other": N_("panel.turned.other"),
}

WEEKDAYS = (
    N_("panel.weekday.0"),
    N_("panel.weekday.1"),
    N_("panel.weekday.2"),
    N_("panel.weekday.3"),
    N_("panel.weekday.4"),
    N_("panel.weekday.5"),
    N_("panel.weekday.6"),
)
"""Monday first."""

TIME_LIMIT = {
    "barcode.check": N_("time_limit.barcode.check"),
    "quantity_mark.completeness": N_("time_limit.quantity_mark.completeness"),
    "quantity_mark.firm_completion": N_("time_limit.quantity_mark.firm_completion"),
    "quantity_mark.receive": N_("time_limit.quantity_mark.receive"),
    "quantity_certificate.completeness": N_("time_limit.quantity_certificate.completeness"),
    "quantity_certificate.firm_completion": N_("time_limit.quantity_certificate.firm_completion"),
    "quantity_certificate.on_site": N_("time_limit.quantity_certificate.on_site"),
    "quantity_certificate.issue": N_("time_limit.quantity_certificate.issue"),
    "quantity_certificate.holds": N_("time_limit.quantity_certificate.holds"),
    "quantity_certificate.renewal": N_("time_limit.quantity_certificate.renewal"),
    "quantity_certificate.suspension": N_("time_limit.quantity_certificate.suspension"),
}
BROADCAST = {
    "draft": N_("panel.broadcast.state_draft"),
    "submitted": N_("panel.broadcast.state_submitted"),
    "scheduled": N_("panel.broadcast.state_scheduled"),
    "planning": N_("panel.broadcast.state_planning"),
    "sending": N_("panel.broadcast.state_sending"),
    "paused": N_("panel.broadcast.state_paused"),
    "done": N_("panel.broadcast.state_done"),
    "cancelled": N_("panel.broadcast.state_cancelled"),
}
NEWS_TOPIC = TOPICS | {SERVICE: N_("panel.broadcast.topic_service")}
"""What a broadcast is about."""
