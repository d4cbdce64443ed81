def send(to):
    raise RuntimeError("no network")
