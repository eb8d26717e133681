"""Requisitions, IFS to JAGGAER."""
