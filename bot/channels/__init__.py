"""The channels, one platform a file. Each is a translator at the door; none knows another."""
