"""What the office remembers: engine, models, queries, migrations, starter content."""
