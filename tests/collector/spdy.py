"""As much of SPDY/3.1 as `kubectl exec` speaks: a server's side of streams with headers over one connection.

Input    a connection after its upgrade.  Output  `Opened`, `Data` and `Gone` as they arrive; bytes sent to a stream.
Source   SPDY protocol, draft 3.1: control frames 2.6, header blocks 2.6.10 with their zlib dictionary.
"""

from __future__ import annotations

import contextlib
import struct
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

CONTROL = 0x8003
SYN_STREAM, SYN_REPLY, PING = 1, 2, 6
FIN = 1

_WORDS = """
options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow
authorization cache-control connection content-base content-encoding content-language content-length content-location
content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match
if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range
referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get
status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin
"""
_REST = (
    "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative "
    "Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 "
    "Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec "
    "00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,"
    "application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8"
    "charset=iso-8859-1,utf-,*,enq=0."
)


def _sized(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text


DICTIONARY = b"".join(_sized(word.replace("_", " ").encode()) for word in _WORDS.split()) + _REST.encode()


@dataclass(frozen=True)
class Opened:
    stream: int
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Data:
    stream: int
    content: bytes
    last: bool


class Connection:
    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._sending = threading.Lock()
        self._unpack = zlib.decompressobj(zdict=DICTIONARY)
        self._pack = zlib.compressobj(zdict=DICTIONARY)

    def __iter__(self) -> Iterator[Opened | Data]:
        """What the client sends, until it is gone; pings are answered."""
        with contextlib.suppress(OSError, ValueError):
            while len(head := self._source.read(8)) == 8:
                first, second = struct.unpack(">II", head)
                body = self._source.read(second & 0xFFFFFF)
                if first >> 16 == CONTROL:
                    yield from self._control(first & 0xFFFF, body)
                elif not first >> 31:
                    yield Data(first, body, last=bool(second >> 24 & FIN))

    def send(self, stream: int, content: bytes, *, last: bool = False) -> None:
        self._write(struct.pack(">II", stream, last << 24 | len(content)) + content)

    def _control(self, kind: int, body: bytes) -> Iterator[Opened]:
        if kind == SYN_STREAM:
            stream = struct.unpack(">I", body[:4])[0]
            no_headers = self._pack.compress(struct.pack(">I", 0)) + self._pack.flush(zlib.Z_SYNC_FLUSH)
            self._send_control(SYN_REPLY, body[:4] + no_headers)
            yield Opened(stream, self._headers(body[10:]))
        elif kind == PING:
            self._send_control(PING, body)

    def _headers(self, block: bytes) -> dict[str, str]:
        text = self._unpack.decompress(block)
        count, rest, words = struct.unpack(">I", text[:4])[0], text[4:], []
        for _ in range(2 * count):
            size = struct.unpack(">I", rest[:4])[0]
            words.append(rest[4 : 4 + size].decode())
            rest = rest[4 + size :]
        return dict(zip(words[::2], words[1::2], strict=True))

    def _send_control(self, kind: int, body: bytes) -> None:
        self._write(struct.pack(">II", CONTROL << 16 | kind, len(body)) + body)

    def _write(self, frame: bytes) -> None:
        with self._sending:
            self._sink.write(frame)
            self._sink.flush()
