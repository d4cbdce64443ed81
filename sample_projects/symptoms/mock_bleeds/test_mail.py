from __future__ import annotations

from unittest.mock import patch

import mail


def test_welcome_calls_send() -> None:
    send = patch("mail.send").start()
    mail.welcome("ann@example.org")
    send.assert_called_once_with("ann@example.org")


def test_welcome_sends() -> None:
    assert mail.welcome("bob@example.org") == "sent to bob@example.org"
