"""Invoices, JAGGAER to IFS."""
