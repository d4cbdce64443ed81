"""Which application answered: the process that it lives in, and a name of its own."""

import os
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

INSTANCE_HEADER = "X-App-Instance"


def new_instance_id() -> str:
    """`<process id>-<random name>`: tells workers apart, and two apps in one process too."""
    return f"{os.getpid()}-{uuid.uuid4().hex}"


class InstanceHeader:
    """Middleware that puts the instance id on every answer."""

    def __init__(self, app: ASGIApp, instance_id: str) -> None:
        self._app = app
        self._instance_id = instance_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[INSTANCE_HEADER] = self._instance_id
            await send(message)

        await self._app(scope, receive, send_with_header)
