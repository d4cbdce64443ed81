"""PostgreSQL on this machine: copies of a database for every execution, and what is in their tables.

Nothing of the project is asked for it, nor any driver: a connection of our own speaks the server's protocol.
"""
