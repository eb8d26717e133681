"""Reconcile: reads both systems, names every difference."""
