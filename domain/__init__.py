"""What the office knows: pure rules from values to values."""
