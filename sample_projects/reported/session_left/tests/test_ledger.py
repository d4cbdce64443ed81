import ledger


def test_opens(db):
    db.add(ledger.Account(owner="bob"))
    assert db.new


def test_nothing_is_pending(db):
    assert not db.new


def test_renames(db):
    account = db.get(ledger.Account, 1)
    account.owner = "zoe"
    assert db.is_modified(account)


def test_nothing_is_changed(db):
    assert not db.dirty


def test_tenant(db):
    db.info["tenant"] = "acme"
    assert db.info


def test_no_tenant(db):
    assert "tenant" not in db.info
