"""The in-suite part that runs inside the audited project's own interpreter.

It imports the standard library and pytest only. `boot.py` is the script that the engine starts there.
"""
