from django.utils import timezone


def test_abroad():
    timezone.activate("Asia/Tokyo")
    assert timezone.get_current_timezone_name() == "Asia/Tokyo"


def test_at_home():
    assert timezone.get_current_timezone_name() == "UTC"


def test_knows_zones():
    assert timezone.get_default_timezone_name() == "UTC"
