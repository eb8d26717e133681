"""Contracts and prices, JAGGAER to IFS."""
