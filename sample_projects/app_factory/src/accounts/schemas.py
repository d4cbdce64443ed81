"""What clients send and receive."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$"
    ),
]


class NewUser(BaseModel):
    name: Name
    email: Email


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str


class Health(BaseModel):
    status: Literal["healthy"] = "healthy"


class Unhealthy(BaseModel):
    status: Literal["unhealthy"] = "unhealthy"
    error: str
