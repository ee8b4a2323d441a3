"""How fast the counter is, against hand-written SQL that writes the same rows on the same engine. `make bench` runs all."""
