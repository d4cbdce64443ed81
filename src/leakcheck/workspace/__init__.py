"""The user's files: what was touched, put back, locked, digested and hidden."""
