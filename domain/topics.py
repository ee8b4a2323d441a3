"""Topics (chủ đề nhận tin) that people choose to be told of, each for itself."""

from domain.messages import N_

TOPICS = {
    "barcodes": N_("topic.barcodes"),
    "measurement": N_("topic.measurement"),
    "standards": N_("topic.standards"),
    "quality": N_("topic.quality"),
    "trade": N_("topic.trade"),
    "productivity": N_("topic.productivity"),
    "classes": N_("topic.classes"),
}
"""Name → message key of what people read."""

SERVICE = "service"
"""No topic: a message about the recipient's own class or dossier. It is part of the service, counts for no cap and cannot be chosen away."""
