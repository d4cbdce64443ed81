import inspect
import re

from uvicorn.importer import import_from_string

import dockerfile
from accounts.main import create_app


def test_the_command_runs_the_factory_in_several_workers() -> None:
    program, target, *options = dockerfile.command()

    assert program == "uvicorn"
    assert import_from_string(target) is create_app
    assert "--factory" in options
    assert dockerfile.workers() > 1


def test_the_factory_needs_no_arguments() -> None:
    inspect.signature(create_app).bind()


def test_one_port_is_exposed_served_and_asked_for_health() -> None:
    command = dockerfile.command()
    served = command[command.index("--port") + 1]

    assert dockerfile.arguments_of("EXPOSE") == [served]
    assert f":{served}/health" in dockerfile.health_command()[-1]


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    let_through = re.findall(r"^!(\S+)$", (dockerfile.PROJECT / ".dockerignore").read_text(), re.M)
    copied = [
        source.removeprefix("./")
        for arguments in dockerfile.arguments_of("COPY")
        for source in arguments.split()[:-1]
    ]

    assert copied
    for source in copied:
        assert (dockerfile.PROJECT / source).exists()
        assert source in let_through


def test_the_service_is_not_root() -> None:
    assert dockerfile.arguments_of("USER")[-1] not in ("root", "0")
