from enum import Enum

class Colour(Enum):
    RED = 1

    def __init__(self, number):
        self.label = "red"
