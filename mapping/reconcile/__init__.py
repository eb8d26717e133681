"""Both systems compared: documents, counts and amounts, the month."""
