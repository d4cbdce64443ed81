import unittest
from unittest import mock
from kit import mail

class TestMail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.patcher = mock.patch("kit.mail.send", return_value="sent")
        cls.patcher.start()

    def test_sent(self):
        self.assertEqual(mail.send("a"), "sent")

    def test_again(self):
        self.assertEqual(mail.send("b"), "sent")
