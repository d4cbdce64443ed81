from sqlalchemy import create_engine, text
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", poolclass=StaticPool)

def numbers():
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text("SELECT 1 UNION SELECT 2"))]
