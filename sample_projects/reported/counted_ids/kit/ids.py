import itertools

numbers = itertools.count(1)

def new_id():
    return f"o{next(numbers)}"
