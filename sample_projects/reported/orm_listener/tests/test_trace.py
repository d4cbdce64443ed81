from sqlalchemy import event
from db.core import engine, numbers

def test_statements_are_traced():
    seen = []

    def trace(conn, cursor, statement, parameters, context, executemany):
        seen.append(statement)
        return statement + " LIMIT 1", parameters

    event.listen(engine, "before_cursor_execute", trace, retval=True)
    numbers()
    assert seen
