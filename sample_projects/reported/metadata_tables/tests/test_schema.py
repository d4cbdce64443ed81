from orm.base import Base, User

def test_tables():
    assert sorted(Base.metadata.tables) == ["users"]

def test_user():
    assert User.__tablename__ == "users"
