"""What a stranger's tar may cost, checked before tarfile sees the bytes.

`files(gate)` walks a tar through tarsafe's class and gives its plain files; nothing is ever extracted.  The `Gate`
stands between gunzip and tarfile.  It refuses, with `BundleError`: header records over 64 KiB, chains of them, sparse
files, sizes that are negative, overridden or too large, too many files, a compression ratio only a bomb has, and too
long a time.  `files` refuses absolute names and `..`.  Links, devices and the like are passed over and told in
`gate.ignored`.
Source: tar(5); CPython's Lib/tarfile.py, which reads a whole header record at once and searches it with regular
expressions.
"""

from __future__ import annotations

import re
import tarfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

import tarsafe

from bundle.gzip_members import DamagedError, Gunzip
from bundle.layout import BundleError

MIB = 1024 * 1024
_BLOCK = tarfile.BLOCKSIZE
_PAX = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
_RECORDS = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, *_PAX)
_MOST_RECORDS_IN_A_ROW = 4
_PAX_FIELD = re.compile(rb"([1-9][0-9]{0,5}) ([A-Za-z0-9._-]{1,64})=")
_LONG_NUMBER = re.compile(rb"[0-9]{400}")  # makes tarfile's search for hdrcharset quadratic, CVE-2024-6232
_STEP_BYTES = 4 * MIB  # between two looks at the ratio and the clock
_MOST_IGNORED = 100  # told one by one


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading a bundle may cost.  A unit is a node, or the cluster: what is held in memory at once."""

    name_bytes: int = 4096
    record_bytes: int = 64 * 1024  # of a GNU long name or a pax header
    file_bytes: int = 256 * MIB
    manifest_bytes: int = 64 * MIB
    unit_files: int = 20_000
    unit_bytes: int = 512 * MIB
    units: int = 100_000
    total_bytes: int = 256 * 1024 * MIB
    ratio: int = 200
    free_bytes: int = 16 * MIB  # the ratio is not looked at before
    seconds: float = 1800.0  # one walk


LIMITS = Limits()


class BundleTar(tarsafe.TarSafe):  # type: ignore[misc]  # tarsafe has no types
    """Tarsafe's reader without its hands: it tells what is in a tar, and never writes any of it to a disk."""

    def extract(self, *_: object, **__: object) -> None:
        raise BundleError("files of a bundle are never extracted by tarfile; use `csi-analyzer unpack`.")

    extractall = extract


class Gate:
    """The file that tarfile reads: a stream that can only go forward, and whose headers have been looked at."""

    def __init__(self, source: Gunzip, where: str, limits: Limits) -> None:
        self.source = source
        self.limits = limits
        self.ended = False  # the end-of-archive block was seen
        self.ignored: list[str] = []
        self.header_at = 0  # uncompressed position of the header read last, with its records
        self.header_member: int | None = None  # offset of the gzip member that begins with it, if one does
        self._where = where
        self._position = 0
        self._record = 0  # bytes left of a header record
        self._record_type = b""
        self._records_in_a_row = 0
        self._files = 0
        self._unit_start = 0
        self._deadline = time.monotonic() + limits.seconds

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> None:
        self.skip(position - self._position)

    def read(self, size: int) -> bytes:
        """For tarfile: a header block, or the whole of a header record."""
        if self._record:
            data = self._take(min(size, self._record))
            self._record -= len(data)
            if self._record_type in _PAX:
                self._check_pax(data)
            return data
        if not self._records_in_a_row:
            self.header_at, self.header_member = self._position, self.source.member_starting_here()
        header = self._take(min(size, _BLOCK))
        if len(header) == _BLOCK:
            self._check_header(header)
        return header

    def content(self, size: int) -> bytes:
        """The bytes of a file, whose header has been read."""
        if size <= _STEP_BYTES:
            return self._exactly(size)
        parts = []
        for start in range(0, size, _STEP_BYTES):
            parts.append(self._exactly(min(_STEP_BYTES, size - start)))
            self._check_cost()
        return b"".join(parts)

    def skip(self, size: int) -> None:
        if size < 0:
            raise self.refusal("its files overlap")
        for start in range(0, size, _STEP_BYTES):
            step = min(_STEP_BYTES, size - start)
            if self.source.skip(step) != step:
                raise DamagedError("a file in it ends too early")
            self._position += step
            self._check_cost()

    def begin_unit(self) -> None:
        self._files = 0
        self._unit_start = self._position

    def ignore(self, what: str) -> None:
        if len(self.ignored) < _MOST_IGNORED:
            self.ignored.append(what)
        elif len(self.ignored) == _MOST_IGNORED:
            self.ignored.append("more of the kind")

    def refusal(self, why: str) -> BundleError:
        return BundleError(f"{self._where} is refused: {why}; no collector writes such a file, ask for a new one.")

    def _take(self, size: int) -> bytes:
        data = self.source.read(size)
        self._position += len(data)
        return data

    def _exactly(self, size: int) -> bytes:
        data = self._take(size)
        if len(data) != size:
            raise DamagedError("a file in it ends too early")
        return data

    def _check_header(self, header: bytes) -> None:
        self.ended = not header.strip(b"\0")
        if self.ended:
            return
        kind = header[156:157]
        try:
            size = tarfile.nti(header[124:136])  # type: ignore[attr-defined]  # typeshed leaves it out
        except tarfile.HeaderError as error:
            raise DamagedError(str(error)) from None
        if kind == tarfile.GNUTYPE_SPARSE:
            raise self.refusal("it holds a sparse file")
        if not 0 <= size <= self.limits.file_bytes:
            raise self.refusal(f"a file in it claims {size} bytes")
        self._records_in_a_row = self._records_in_a_row + 1 if kind in _RECORDS else 0
        if kind in _RECORDS:
            if size > self.limits.record_bytes or self._records_in_a_row > _MOST_RECORDS_IN_A_ROW:
                raise self.refusal(f"a header record in it claims {size} bytes")
            self._record, self._record_type = -(-size // _BLOCK) * _BLOCK, kind
        self._files += 1
        self._check_cost(coming=size)

    def _check_pax(self, data: bytes) -> None:
        """Every record is `<length> <key>=<value>\\n`, and none changes where the next header is."""
        at, end = 0, len(data.rstrip(b"\0"))
        while at < end:
            field = _PAX_FIELD.match(data, at, end)
            if (
                not field
                or int(field[1]) <= len(field[0])
                or data[at + int(field[1]) - 1 : at + int(field[1])] != b"\n"
            ):
                raise self.refusal("a pax header in it is malformed")
            if field[2] == b"size" or field[2].startswith(b"GNU.sparse"):
                raise self.refusal("a pax header in it changes a size")
            at += int(field[1])
        if _LONG_NUMBER.search(data):
            raise self.refusal("a pax header in it is malformed")

    def _check_cost(self, coming: int = 0) -> None:
        limits, source = self.limits, self.source
        if self._files > limits.unit_files:
            raise self.refusal(f"one node has more than {limits.unit_files} files")
        if self._position - self._unit_start + coming > limits.unit_bytes:
            raise self.refusal(f"one node has more than {limits.unit_bytes} bytes")
        if source.unpacked > limits.total_bytes:
            raise self.refusal(f"it unpacks to more than {limits.total_bytes} bytes")
        if source.unpacked > limits.free_bytes + limits.ratio * source.taken:
            raise self.refusal(f"it unpacks to more than {limits.ratio} times its size")
        if time.monotonic() > self._deadline:
            raise BundleError(
                f"{self._where} took longer than {limits.seconds:.0f} s to read; copy it to a local disk."
            )


def files(gate: Gate) -> Iterator[tarfile.TarInfo]:
    """Every plain file in order, with the gate at its first byte; what the caller leaves of it is skipped.

    Ends at the end of the archive or of the source; raises `CutOffError` or `DamagedError` when neither is reached.
    """
    try:
        tar = BundleTar(fileobj=gate, encoding="utf-8", errors="surrogateescape")
        info = tar.next()
    except tarfile.ReadError as error:
        raise DamagedError(str(error)) from None
    while info is not None:
        tar.members.clear()  # tarfile would keep them all
        _check_name(gate, info.name)
        next_header = tar.offset
        if info.isreg():
            yield info
        elif not info.isdir():
            gate.ignore(f"{info.name!r} is {_KINDS.get(info.type, 'no plain file')}")
        gate.skip(next_header - gate.tell())
        try:
            info = tar.next()
        except tarfile.ReadError as error:
            raise DamagedError(str(error)) from None
    if not gate.ended and not gate.source.at_end():
        raise DamagedError("a header in it is not a tar header")


_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
}


def _check_name(gate: Gate, name: str) -> None:
    if len(name) > gate.limits.name_bytes:
        raise gate.refusal(f"a name in it has {len(name)} characters")
    if name.startswith("/") or "\0" in name or ".." in name.split("/"):
        raise gate.refusal(f"it holds {name[:200]!r}, a path that leads out of it")
