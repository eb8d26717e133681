"""Ping: is each system there, and fit to work with."""
