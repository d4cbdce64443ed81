from kit.plugins import plugins

def test_none_built_in():
    assert plugins() == []

def test_sorted():
    assert plugins() == sorted(plugins())
