"""The languages of the counter, the office's own first. A new one is a folder beside this file and a line here."""

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT = "vi"
