import requests

session = requests.Session()

def login(token):
    session.headers.update({"Authorization": f"Bearer {token}"})

def is_anonymous():
    return "Authorization" not in session.headers
