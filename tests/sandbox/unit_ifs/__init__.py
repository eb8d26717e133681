"""The sandbox's kernel and IFS side from within: engine, storage, transport."""
