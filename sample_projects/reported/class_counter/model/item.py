class Item:
    _last = 0

    def __init__(self, name):
        Item._last += 1
        self.id = Item._last
        self.name = name
