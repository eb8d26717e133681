"""Suppliers, both ways."""
