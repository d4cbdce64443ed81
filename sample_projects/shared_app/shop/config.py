"""Settings that a deployment overrides through its environment."""

import os

SESSION_SECRET = os.environ.get("SHOP_SESSION_SECRET", "only-for-development")
STAFF_TOKEN = os.environ.get("SHOP_STAFF_TOKEN", "staff-token")
SESSION_COOKIE = "shop_session"
POSTAGE = 490
