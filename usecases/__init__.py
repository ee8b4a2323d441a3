"""What the office does: one module a service, synchronous functions that take a Session. They never commit, send or ask the time."""
