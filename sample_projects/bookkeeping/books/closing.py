"""The end of a month: every account gets its balance, all at once or not at all."""

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from books.database import new_session
from books.models import Account, Posting


class Unbalanced(Exception):
    pass


class Closing:
    """One at a time; who is interrupted goes on where it was."""

    def __init__(self) -> None:
        self.session: AsyncSession | None = None

    async def close(self) -> None:
        self.session = self.session or new_session()
        sums = select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.account == Account.code)
        await self.session.execute(update(Account).values(balance=sums.scalar_subquery()))
        if await self.session.scalar(select(func.sum(Account.balance))):
            raise Unbalanced
        await self.session.commit()


closing = Closing()
