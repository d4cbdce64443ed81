"""Create, read and list users."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from accounts.dependencies import SessionDep, SettingsDep
from accounts.errors import EmailTakenError, UserNotFoundError
from accounts.models import User
from accounts.schemas import NewUser, UserOut

LARGEST_ID = 2**63 - 1

router = APIRouter(prefix="/users", tags=["users"])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=UserOut)
async def create_user(new: NewUser, session: SessionDep) -> User:
    user = User(name=new.name, email=new.email)
    session.add(user)
    try:
        # Before the answer is sent: the client may read the user the moment it has the answer.
        await session.commit()
    except IntegrityError:
        raise EmailTakenError from None
    return user


@router.get("", response_model=list[UserOut])
async def list_users(
    session: SessionDep,
    settings: SettingsDep,
    after: Annotated[int, Query(ge=0, le=LARGEST_ID)] = 0,
) -> list[User]:
    """One page of users in the order of their ids, beginning after the id `after`."""
    page = select(User).where(User.id > after).order_by(User.id).limit(settings.page_size)
    return list(await session.scalars(page))


@router.get("/{user_id}", response_model=UserOut)
async def read_user(
    user_id: Annotated[int, Path(ge=0, le=LARGEST_ID)], session: SessionDep
) -> User:
    user = await session.get(User, user_id)
    if user is None:
        raise UserNotFoundError
    return user
