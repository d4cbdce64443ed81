"""The errors that clients can tell apart, and how each is answered."""

from typing import ClassVar

from fastapi import FastAPI, Request, status
from fastapi.responses import JSONResponse


class AccountsError(Exception):
    code: ClassVar[str]
    status_code: ClassVar[int]


class UserNotFoundError(AccountsError):
    code = "user_not_found"
    status_code = status.HTTP_404_NOT_FOUND


class EmailTakenError(AccountsError):
    code = "email_taken"
    status_code = status.HTTP_409_CONFLICT


def add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(AccountsError)
    async def answer(request: Request, error: AccountsError) -> JSONResponse:
        return JSONResponse({"error": error.code}, status_code=error.status_code)
