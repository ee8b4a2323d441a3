"""Marking of message keys. Sentences live in `locales/`; code names them by keys such as `enquiry.handed_over`."""


def N_(key: str) -> str:
    """Mark a key for extraction where it is only translated later. Returns it unchanged."""
    return key
