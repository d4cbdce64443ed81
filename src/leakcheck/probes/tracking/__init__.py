"""How reads and writes are seen where they happen: dicts, attributes and clients that tell the ledger."""
