"""Prefect and nothing else: one thin flow a kind of record."""
