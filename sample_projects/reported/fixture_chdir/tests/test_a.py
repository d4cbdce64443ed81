import os
import pytest

@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    os.chdir(tmp_path_factory.mktemp("work"))

def test_writes(folder):
    open("b.txt", "w").close()
    assert os.listdir(".") == ["b.txt"]
