"""Questions to the tables, one noun a file. `find_…` may be None, `list_…` is a list."""
