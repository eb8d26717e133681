"""Receipts, JAGGAER to IFS."""
