"""Fit: what would be synchronised, what would not, and why."""
