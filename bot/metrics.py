"""What is counted for /metrics: no names, no texts, no ids of citizens."""

from prometheus_client import Counter, Gauge, Histogram

UPDATES = Counter("chuan_updates_total", "Updates by channel and outcome", ["channel", "outcome"])
UNIT_RETRIES = Counter("chuan_unit_retries_total", "Units of work tried again after a passing fault", ["fault"])
PREPARE_SECONDS = Histogram("chuan_prepare_seconds", "Time before the transaction")
APPLY_SECONDS = Histogram("chuan_apply_seconds", "Time from asking for the transaction to its commit")
SENT = Counter("chuan_sent_total", "Outbox rows by channel and outcome", ["channel", "outcome"])
OUTBOX_AGE = Gauge("chuan_outbox_age_seconds", "Age of the oldest row that waits, by channel", ["channel"])
SOCKETS = Gauge("chuan_web_sockets", "Open web chats")
FILES = Counter("chuan_files_total", "Files of citizens: refused, or what the virus scanner said: clean, threat, unscanned", ["outcome"])
BACKGROUND_FAULTS = Counter("chuan_background_faults_total", "Faults of background tasks", ["task"])
