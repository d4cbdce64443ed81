import logging
from email.message import EmailMessage

import pytest

from shop import mailer


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What was handed to the transport during the test."""
    messages: list[EmailMessage] = []
    monkeypatch.setattr(mailer, "transport", messages.append)
    return messages


def test_send_hands_over_the_message(outbox: list[EmailMessage]) -> None:
    mailer.send("alice@shop.example", "Hello", "How are you?")
    assert [message["To"] for message in outbox] == ["alice@shop.example"]


def test_send_composes_the_message(outbox: list[EmailMessage]) -> None:
    message = mailer.send("bob@shop.example", "Your order", "1 x Blue mug")
    assert message["From"] == "hello@shop.example"
    assert message.get_content() == "1 x Blue mug\n"


def test_mail_is_logged_without_a_relay(caplog: pytest.LogCaptureFixture) -> None:
    message = EmailMessage()
    message["To"] = "alice@shop.example"
    message["Subject"] = "Hello"
    with caplog.at_level(logging.INFO, logger="shop.mailer"):
        mailer.log_only(message)
    assert caplog.messages == ["mail to alice@shop.example: Hello"]
