"""The imports of the panel, written out. A new one is a file here, a line below, and a line `imports.<name>` in `admin.access.RIGHTS`."""

from admin.imports import canned, knowledge, mark_register, registrations

IMPORTS = {importing.name: importing for importing in (knowledge.IMPORT, canned.IMPORT, registrations.IMPORT, mark_register.IMPORT)}
"""By the endpoint of their list."""
