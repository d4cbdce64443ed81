import threading

gate = threading.Lock()

def enter():
    return gate.acquire(blocking=False)
