"""Where the books are kept: PostgreSQL if `BOOKS_URL` names it, otherwise a file of SQLite."""

import os

url = os.environ.get("BOOKS_URL", "sqlite+aiosqlite:///books.db")
is_postgres = url.startswith("postgresql")
