"""Socket Mode: WebSocket connections that carry envelopes to the app.

Source: docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import itertools
import json
import secrets
import uuid
from typing import Final

from aiohttp import WSMsgType, web

from sandbox.slack.config import Config
from sandbox.slack.delivery import Reply
from sandbox.slack.errors import SlackError
from sandbox.slack.model import APP, Json

MOST: Final = 10
_TYPES_WITH_ANSWERS: Final = frozenset({"slash_commands", "interactive"})


class Connection:
    """One WebSocket; a dead one neither answers nor delivers, and nobody is told."""

    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.dead = False


class SocketMode:
    """The app's connections; every envelope goes to one of them."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turns = itertools.count()
        self._waiting: dict[str, asyncio.Future[object]] = {}

    @property
    def alive(self) -> int:
        """How many connections there are, silently dead ones included."""
        return len(self._connections)

    def ticket(self) -> str:
        """A ticket for one connection."""
        if not self._config.socket:
            raise SlackError("socket_mode_not_enabled")
        if self.alive >= MOST:
            raise SlackError("too_many_websockets")
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from hello to its end."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="Tickets are for one connection.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_json(self._hello())
            await self._listen(connection)
        finally:
            self._connections.remove(connection)
        return socket

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if connection.dead:
                continue
            if message.type is WSMsgType.PING:
                await connection.socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._acknowledge(message.data)

    def _acknowledge(self, text: str) -> None:
        with contextlib.suppress(ValueError, AttributeError):
            told = json.loads(text)
            waiting = self._waiting.get(told.get("envelope_id", ""))
            if waiting and not waiting.done():
                waiting.set_result(told.get("payload"))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": self.alive,
            "connection_info": {"app_id": APP},
            "debug_info": {"host": "sandbox", "approximate_connection_time": 18060},
        }

    async def send(self, kind: str, payload: Json, retry: tuple[int, str] | None) -> Reply:
        """Send an envelope to one connection, in turn, and wait for its acknowledgement."""
        if not self._connections:
            return Reply(failure="dispatch_failed")
        connection = self._connections[next(self._turns) % len(self._connections)]
        envelope = str(uuid.uuid4())
        waiting = self._waiting[envelope] = asyncio.get_running_loop().create_future()
        message = {
            "envelope_id": envelope,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind in _TYPES_WITH_ANSWERS,
        }
        if kind == "events_api":
            message["retry_attempt"], message["retry_reason"] = retry or (0, "")
        try:
            if not connection.dead:
                await connection.socket.send_json(message)
            async with asyncio.timeout(self._config.ack_seconds):
                return Reply(await waiting)
        except TimeoutError:
            return Reply(failure="operation_timeout")
        except ConnectionError:
            return Reply(failure="dispatch_failed")
        finally:
            del self._waiting[envelope]

    def kill(self) -> None:
        """Let every connection die silently, as some do (slackapi/python-slack-sdk#1940)."""
        for connection in self._connections:
            connection.dead = True

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, then hang up."""
        for connection in tuple(self._connections):
            await connection.socket.send_json({"type": "disconnect", "reason": reason})
            await connection.socket.close()

    async def close(self) -> None:
        """Hang up."""
        for connection in tuple(self._connections):
            await connection.socket.close()
