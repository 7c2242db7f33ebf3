"""As much of a web socket as `kubectl exec` speaks since 1.31: channels told apart by the first byte of a message.

The same as `tests.collector.spdy`: `Opened` and `Data` as they arrive, bytes sent to a stream.
Source   RFC 6455; the API server's subprotocol v5.channel.k8s.io: 0 stdin, 1 stdout, 2 stderr, 3 error, 255 closes one.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import struct
import threading
from collections.abc import Container, Iterator
from typing import BinaryIO

from tests.collector.spdy import Data, Opened

PROTOCOL = "v5.channel.k8s.io"
CHANNELS = {"stdin": 0, "stdout": 1, "stderr": 2, "error": 3}
CLOSES = 255
BINARY, END, PING, PONG = 2, 8, 9, 10
_MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def switching(key: str) -> bytes:
    accept = base64.b64encode(hashlib.sha1(f"{key}{_MAGIC}".encode()).digest()).decode()
    return (
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
    ).encode()


class Connection:
    """`wanted` are the streams that the client asked for in its request."""

    def __init__(self, source: BinaryIO, sink: BinaryIO, wanted: Container[str]) -> None:
        self._source, self._sink, self._wanted = source, sink, wanted
        self._sending = threading.Lock()

    def __iter__(self) -> Iterator[Opened | Data]:
        for name, channel in CHANNELS.items():
            if name == "error" or name in self._wanted:
                yield Opened(channel, {"streamtype": name})
        with contextlib.suppress(OSError, ValueError, struct.error):
            while True:
                kind, message = self._message()
                if kind == PING:
                    self._write(PONG, message)
                elif kind == END:
                    return
                elif message[0] == CLOSES:
                    yield Data(message[1], b"", last=True)
                else:
                    yield Data(message[0], message[1:], last=False)

    def send(self, stream: int, content: bytes, *, last: bool = False) -> None:
        if content:
            self._write(BINARY, bytes((stream,)) + content)
        if last and stream == CHANNELS["error"]:
            self._write(END, struct.pack(">H", 1000))

    def _message(self) -> tuple[int, bytes]:
        """One frame: the client splits no message, and masks each."""
        first, size = struct.unpack(">BB", self._source.read(2))
        size &= 127
        if size == 126:
            (size,) = struct.unpack(">H", self._source.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._source.read(8))
        mask = self._source.read(4)
        masked = self._source.read(size)
        repeated = (mask * (size // 4 + 1))[:size]
        plain = (int.from_bytes(masked) ^ int.from_bytes(repeated)).to_bytes(size)
        return first & 15, plain

    def _write(self, kind: int, message: bytes) -> None:
        size = len(message)
        head = bytes((128 | kind,)) + (bytes((size,)) if size < 126 else b"\x7f" + struct.pack(">Q", size))
        with self._sending:
            self._sink.write(head + message)
            self._sink.flush()
