"""The exports of the panel, written out. A new one is a file here, a line below, and a line `exports.<name>` in `admin.access.RIGHTS`."""

from admin.exports import (
    broadcast_progress,
    canned,
    contacts,
    dossiers,
    enquiries,
    knowledge,
    mark_register,
    outbox,
    products,
    registrations,
)

EXPORTS = {
    export.name: export
    for export in (
        contacts.EXPORT,
        enquiries.EXPORT,
        knowledge.EXPORT,
        canned.EXPORT,
        outbox.EXPORT,
        registrations.EXPORT,
        dossiers.EXPORT,
        products.EXPORT,
        mark_register.EXPORT,
        broadcast_progress.EXPORT,
    )
}
"""By the endpoint of their list."""
