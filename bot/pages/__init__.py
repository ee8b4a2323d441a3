"""The public web pages, one a file."""
