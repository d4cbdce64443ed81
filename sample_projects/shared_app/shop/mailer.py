"""Outgoing mail. Until a relay is configured, messages go to the log only."""

import logging
from collections.abc import Callable
from email.message import EmailMessage

logger = logging.getLogger(__name__)


def log_only(message: EmailMessage) -> None:
    logger.info("mail to %s: %s", message["To"], message["Subject"])


transport: Callable[[EmailMessage], None] = log_only


def send(to: str, subject: str, body: str) -> EmailMessage:
    """Compose a message, hand it to the transport and return it."""
    message = EmailMessage()
    message["From"] = "hello@shop.example"
    message["To"] = to
    message["Subject"] = subject
    message.set_content(body)
    transport(message)
    return message
