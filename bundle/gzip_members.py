"""Gzip with several members (RFC 1952, 2.2): one member made at once, and any number read as one stream.

`Gunzip` reads a file from an offset on, never holds more than a chunk, and knows where members begin.  It raises
`CutOffError` when the file ends inside a member, and `DamagedError` when the bytes are no gzip or fail their CRC.  What
follows the last member and is no gzip is left alone, as gzip(1) does.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from typing import BinaryIO, cast

from isal import igzip_lib, isal_zlib

MAGIC = b"\x1f\x8b"
_CHUNK_BYTES = 256 * 1024  # fits the second level cache: bigger chunks were slower, on either side
_GZIP = 31  # wbits of zlib: a gzip header, window 32 KiB
_LEVEL = 1
_IsalError = cast("type[Exception]", igzip_lib.IsalError)  # its stub says it is an instance
_MOST_EMPTY_ROUNDS = 1000  # members or blocks without a byte in them; only a forged file has many


class CutOffError(Exception):
    """The file ends before the stream does."""


class DamagedError(Exception):
    """These bytes are no gzip, or not what was compressed."""


def compress(blocks: Iterable[bytes], *, most_ratio: int) -> tuple[bytes, int]:
    """One gzip member without a time, and its uncompressed size.

    What would shrink by more than `most_ratio` (a hole of zeros in a log) is stored instead, since readers refuse it.
    """
    blocks = tuple(blocks)
    size = sum(map(len, blocks))
    packed = _compress(isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP), blocks)
    if size > most_ratio * len(packed):
        packed = _compress(zlib.compressobj(0, zlib.DEFLATED, _GZIP), blocks)
    return packed, size


def _compress(compressor: isal_zlib.Compress | zlib._Compress, blocks: tuple[bytes, ...]) -> bytes:
    return b"".join((*map(compressor.compress, blocks), compressor.flush()))


class Gunzip:
    """The uncompressed bytes of `file` from `start` on, up to `end` or to the end of the file."""

    def __init__(self, file: BinaryIO, *, start: int = 0, end: int | None = None) -> None:
        self._file = file
        self._start = start
        self._left = None if end is None else end - start
        self._read = start  # offset of the next byte to be read from the file
        self._input = b""  # read, but not yet given to a decompressor
        self._chunk = b""
        self._at = 0
        self._decompressor: igzip_lib.IgzipDecompressor | None = None
        self._member = start
        self._fresh = True
        self.unpacked = 0  # bytes
        self.verified = 0  # bytes of members that ended, with the right CRC
        self.verified_end = start  # offset in the file where the last of them ended
        file.seek(start)

    @property
    def packed(self) -> int:
        """How far into the file we are, in bytes; exact at the end of a member."""
        return self._read - len(self._input)

    @property
    def taken(self) -> int:
        return self.packed - self._start

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the last member."""
        if self._at + size <= len(self._chunk):
            self._at += size
            return self._chunk[self._at - size : self._at]
        parts = [self._chunk[self._at :]]
        missing = size - len(parts[0])
        self._at = len(self._chunk)
        while missing and self._fill():
            parts.append(self._chunk[:missing])
            self._at = len(parts[-1])
            missing -= self._at
        return b"".join(parts)

    def skip(self, size: int) -> int:
        """Like `read`, but gives only the number of bytes."""
        skipped = min(size, len(self._chunk) - self._at)
        self._at += skipped
        while skipped < size and self._fill():
            self._at = min(size - skipped, len(self._chunk))
            skipped += self._at
        return skipped

    def member_starting_here(self) -> int | None:
        """The offset of the gzip member whose first uncompressed byte comes next, if one starts here."""
        if self._at == len(self._chunk) and not self._fill():
            return None
        return self._member if self._fresh and self._at == 0 else None

    def at_end(self) -> bool:
        return self._at == len(self._chunk) and not self._fill()

    def _fill(self) -> bool:
        """Unpack the next chunk; False at the end of the last member."""
        for _ in range(_MOST_EMPTY_ROUNDS):
            if self._decompressor is None and not self._begin_member():
                return False
            chunk = self._unpack()
            self.unpacked += len(chunk)
            if self._decompressor is None:
                self.verified, self.verified_end = self.unpacked, self.packed
            if chunk:
                self._fresh = self._fresh and not self._chunk
                self._chunk, self._at = chunk, 0
                return True
        raise DamagedError("nothing but empty gzip members")

    def _begin_member(self) -> bool:
        while len(self._input) < len(MAGIC) and self._more():
            pass
        if not self._input.startswith(MAGIC):
            if self._input and MAGIC.startswith(self._input):
                raise CutOffError
            return False
        self._member = self.packed
        self._fresh, self._chunk, self._at = True, b"", 0
        self._decompressor = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
        return True

    def _unpack(self) -> bytes:
        decompressor = self._decompressor
        assert decompressor is not None  # noqa: S101 - `_begin_member` made it
        given = b""
        if decompressor.needs_input:
            if not self._input and not self._more():
                raise CutOffError
            given, self._input = self._input, b""
        try:
            chunk = decompressor.decompress(given, _CHUNK_BYTES)
        except _IsalError as error:
            raise DamagedError(str(error)) from None
        if decompressor.eof:
            self._input = decompressor.unused_data
            self._decompressor = None
        return bytes(chunk)

    def _more(self) -> bool:
        size = _CHUNK_BYTES if self._left is None else min(_CHUNK_BYTES, self._left)
        data = self._file.read(size)
        self._read += len(data)
        if self._left is not None:
            self._left -= len(data)
        self._input += data
        return bool(data)
