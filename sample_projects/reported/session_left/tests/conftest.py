import ledger
import pytest


@pytest.fixture(scope="session")
def db():
    ledger.Base.metadata.create_all(ledger.engine)
    with ledger.Session() as session:
        session.add(ledger.Account(id=1, owner="ann"))
        session.commit()
        yield session
