"""The IFS Cloud side, from contracts/ifs.md."""
