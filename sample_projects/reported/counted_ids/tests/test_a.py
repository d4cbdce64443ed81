from kit.ids import new_id

async def helper():
    return new_id()

def test_two_ids_differ():
    assert new_id() != new_id()
