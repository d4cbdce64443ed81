"""State of the process: environment variables, the working directory, levels of loggers."""

from random import Random

from .model import Read, Reset, Slot, Write
from .parts import HERE, Feature, Way, code

VARIABLE_ROUTER = '''
"""The region of NOUN."""

import os

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


@router.get("/region")
def NOUN_region() -> dict[str, str]:
    return {"region": os.environ.get("UPPER_REGION", "home")}
'''

DIRECTORY_ROUTER = '''
"""The files of NOUN."""

from pathlib import Path

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


@router.get("/files")
def NOUN_files() -> dict[str, bool]:
    return {"configured": Path("pyproject.toml").is_file()}
'''

LEVEL_ROUTER = '''
"""The log of NOUN."""

import logging

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])
logger = logging.getLogger("app.NOUN")


@router.get("/log")
def NOUN_log() -> dict[str, bool]:
    return {"warns": logger.isEnabledFor(logging.WARNING)}
'''


def plant_variable(noun: str, rng: Random) -> Feature:
    """An environment variable that is not set at start."""
    variable = f"{noun.upper()}_REGION"
    imports = frozenset({"import os"})
    return Feature(
        noun=noun,
        slot=Slot(noun, "environ", "environ", "os:environ", variable),
        router=code(VARIABLE_ROUTER.replace("UPPER_REGION", variable), noun),
        url=f"/{noun}/region",
        key="region",
        clean='"home"',
        dirty='"abroad"',
        looking=(Read((noun,)),),
        pollutes=(
            Way(code(f'os.environ["{variable}"] = "abroad"  #@here'), (Write(noun, HERE),), imports),
            Way(code(f'os.environ.update({variable}="abroad")  #@here'), (Write(noun, HERE),), imports),
        ),
        cleans=(Way(code(f'os.environ.pop("{variable}", None)'), (Reset((noun,)),), imports),),
    )


def plant_directory(noun: str, rng: Random) -> Feature:
    """The working directory; the suite has to be started in the folder of the project."""
    changing = "os.chdir(Path(__file__).parent)  #@here"
    imports = frozenset({"import os", "from pathlib import Path"})
    return Feature(
        noun=noun,
        slot=Slot(noun, "cwd", "cwd", "os", "cwd"),
        router=code(DIRECTORY_ROUTER, noun),
        url=f"/{noun}/files",
        key="configured",
        clean="True",
        dirty="False",
        looking=(Read((noun,)),),
        pollutes=(Way(code(changing), (Write(noun, HERE),), imports),),
        cleans=(
            Way(
                code("os.chdir(pytestconfig.rootpath)"),
                (Reset((noun,)),),
                frozenset({"import os"}),
                ("pytestconfig",),
            ),
        ),
    )


def plant_level(noun: str, rng: Random) -> Feature:
    """The level of one logger."""
    logger = f'logging.getLogger("app.{noun}")'
    imports = frozenset({"import logging"})
    return Feature(
        noun=noun,
        slot=Slot(noun, "logging_level", "logging_level", f"logging:app.{noun}", "level"),
        router=code(LEVEL_ROUTER, noun),
        url=f"/{noun}/log",
        key="warns",
        clean="True",
        dirty="False",
        looking=(Read((noun,)),),
        pollutes=(
            Way(code(f"{logger}.setLevel(logging.ERROR)  #@here"), (Write(noun, HERE),), imports),
            Way(code(f'{logger}.setLevel("CRITICAL")  #@here'), (Write(noun, HERE),), imports),
        ),
        cleans=(Way(code(f"{logger}.setLevel(logging.NOTSET)"), (Reset((noun,)),), imports),),
    )
