from functools import partial, wraps

def limited(times):
    def decorate(function):
        left = times

        @wraps(function)
        def call(*args):
            nonlocal left
            if left == 0:
                raise RuntimeError("limit")
            left -= 1
            return function(*args)

        return call

    return decorate

@limited(2)
def ping():
    return "pong"

hit = partial(ping)
