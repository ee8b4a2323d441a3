"""The counter: channels, conversations, public pages, the unit of work, the outbox, the clock."""
