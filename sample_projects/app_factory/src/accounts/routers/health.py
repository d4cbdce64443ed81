"""Can this instance do its work?"""

import logging

from fastapi import APIRouter, Response, status
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from accounts.dependencies import SessionDep
from accounts.schemas import Health, Unhealthy

logger = logging.getLogger(__name__)

router = APIRouter(tags=["health"])


@router.get("/health", responses={status.HTTP_503_SERVICE_UNAVAILABLE: {"model": Unhealthy}})
async def health(session: SessionDep, response: Response) -> Health | Unhealthy:
    """Asks the database through the same session that every other route is given."""
    try:
        await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:  # some drivers let a refused connection through
        logger.warning("the database does not answer: %s", error)
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return Unhealthy(error="database_unavailable")
    return Health()
