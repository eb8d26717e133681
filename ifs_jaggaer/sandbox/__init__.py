"""Both systems as one server program, written from the contracts alone (docs/sandbox.md)."""
