"""Many HTTP clients at once, on one thread: WebSockets and held requests. Standard library
only."""

import asyncio
import base64
import os
import socket
import struct

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    """A client of a gateway's WebSocket; reads nothing unless it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader = reader
        self.writer = writer
        self.close_code = None

    @classmethod
    async def open(cls, port: int, path: str, key: str, receive_buffer: int = 0):
        """Connects. With a small receive buffer the server soon cannot send any more."""
        reader, writer = await connect(port, receive_buffer)
        writer.write(head("GET", path, key, {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}))
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(answer.decode())
        return cls(reader, writer)

    async def frame(self) -> tuple:
        """The next frame of any kind: (opcode, payload)."""
        first, length = await self.reader.readexactly(2)
        if length == 126:
            length, = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            length, = struct.unpack("!Q", await self.reader.readexactly(8))
        return first & 15, await self.reader.readexactly(length)

    async def text(self):
        """The next message; None after the last, with `close_code` set. Answers pings."""
        while True:
            try:
                opcode, payload = await self.frame()
            except (asyncio.IncompleteReadError, ConnectionError):
                return None
            if opcode == CLOSE:
                self.close_code, = struct.unpack("!H", payload[:2])
                return None
            if opcode == PING:
                self.send(PONG, payload)
            else:
                return payload

    def send(self, opcode: int, payload: bytes, last: bool = True, length: int = -1):
        """Writes a frame, or its beginning when it claims a larger `length`."""
        size = len(payload) if length < 0 else length
        start = bytes([opcode | (128 if last else 0)])
        if size < 126:
            start += bytes([128 | size])
        elif size < 1 << 16:
            start += struct.pack("!BH", 128 | 126, size)
        else:
            start += struct.pack("!BQ", 128 | 127, size)
        self.writer.write(start + bytes(4) + payload)  # A mask of zeros changes nothing.

    def hasten(self):
        """Undoes the small receive buffer."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

    def close(self):
        """Hangs up without a word."""
        self.writer.transport.abort()


async def connect(port: int, receive_buffer: int = 0) -> tuple:
    """A connection to the local port: (reader, writer)."""
    if not receive_buffer:
        return await asyncio.open_connection("127.0.0.1", port)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=sock, limit=receive_buffer)


def head(method: str, path: str, key: str, headers=None) -> bytes:
    """A request's head."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {key}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Held:
    """A request that the gateway answers later."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int, path: str, key: str, receive_buffer: int = 0):
        """Sends a GET."""
        reader, writer = await connect(port, receive_buffer)
        writer.write(head("GET", path, key))
        return cls(reader, writer)

    async def answer(self) -> tuple:
        """(status, body) of an answer with a length."""
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))
        return int(lines[0].split()[1]), await self.reader.readexactly(length)

    def close(self):
        """Hangs up without a word."""
        self.writer.transport.abort()
