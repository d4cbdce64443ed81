"""Books for a small company."""

from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from books import rates
from books.closing import Unbalanced, closing
from books.database import session
from books.models import Account, Invoice, Posting

app = FastAPI()
Session = Annotated[AsyncSession, Depends(session)]


@app.get("/accounts")
async def accounts(session: Session) -> list[str]:
    return list(await session.scalars(select(Account.code).where(Account.is_open).order_by(Account.code)))


@app.put("/accounts/{code}")
async def open_account(code: str, name: str, session: Session) -> None:
    session.add(Account(code=code, name=name))
    await session.commit()


@app.delete("/accounts/{code}")
async def close_account(code: str, session: Session) -> None:
    account = await session.get(Account, code)
    if account is None:
        raise HTTPException(404)
    account.is_open = False
    await session.commit()


@app.patch("/accounts/{code}")
async def rename_account(code: str, name: str, session: Session) -> None:
    await session.execute(update(Account).where(Account.code == code).values(name=name))
    await session.commit()


@app.post("/accounts/{code}/postings")
async def post(code: str, amount: int, session: Session) -> None:
    session.add(Posting(account=code, amount=amount))
    await session.commit()


@app.get("/accounts/{code}/postings")
async def postings(code: str, session: Session) -> int:
    return await session.scalar(select(func.count()).where(Posting.account == code)) or 0


@app.post("/invoices")
async def write_invoice(customer: str, session: Session) -> int:
    invoice = Invoice(customer=customer)
    session.add(invoice)
    try:
        await session.commit()
    except IntegrityError:
        raise HTTPException(409) from None
    return invoice.number


@app.delete("/invoices/{number}")
async def cancel_invoice(number: int, session: Session) -> None:
    await session.delete(await session.get_one(Invoice, number))
    await session.commit()


@app.post("/closing")
async def close_month() -> None:
    try:
        await closing.close()
    except Unbalanced:
        raise HTTPException(409) from None


@app.get("/rates")
async def all_rates() -> dict[str, int]:
    return await rates.known()


@app.put("/rates/{currency}")
async def learn_rate(currency: str, cents: int) -> None:
    await rates.learn(currency, cents)
