from sqlalchemy.orm import Mapped, mapped_column
from orm.base import Base

def test_a_model_can_be_added():
    class Extra(Base):
        __tablename__ = "extra"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert Extra.__table__.name == "extra"
