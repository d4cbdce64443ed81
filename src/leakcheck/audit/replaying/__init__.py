"""The use case: a run with several workers is over, and something failed in it. Why?"""
