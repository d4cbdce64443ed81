from kit.plugins import Plugin, plugins

def test_registers():
    class Extra(Plugin):
        pass

    assert "Extra" in plugins()
