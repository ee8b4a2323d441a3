"""Endurance: the real process killed, stopped and starved under load, and everything counted afterwards. Run by `make endure`."""
