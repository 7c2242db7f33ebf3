"""What one node saw of every volume on it, small enough to be kept of thousands of nodes.

A sight is made where the node is read, and travels packed: msgpack, deflated.  Only when findings name volumes are
the sights unpacked, one node after the other.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cache

import msgspec

from analyzer.pictures.parts import DevicePart, Gap, MountPart, Part

FASTEST = 1  # of zlib's levels


@dataclass(frozen=True, slots=True)
class SeenVolume:
    """A device with its mounts, or the mounts of one share.

    `wwns` are the identities it has: the one it remembers, and others that answer through it.  `names` are what its
    mounts call it: the PV, of a share also the last part of its path.
    """

    wwns: tuple[str, ...]
    names: tuple[str, ...]
    device: DevicePart | None
    mounts: tuple[MountPart, ...] = ()
    share: str = ""  # server:/path


@dataclass(frozen=True, slots=True)
class Sight:
    """`boot_id` is "" where it is not known; `portals` are those that were asked from this node, by address."""

    boot_id: str
    volumes: tuple[SeenVolume, ...]
    portals: tuple[Part, ...]
    gaps: tuple[Gap, ...]

    def pack(self) -> bytes:
        return zlib.compress(_encoder().encode(self), FASTEST)

    @classmethod
    def unpack(cls, packed: bytes) -> Sight:
        return _decoder().decode(zlib.decompress(packed))


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


@cache
def _decoder() -> msgspec.msgpack.Decoder[Sight]:
    return msgspec.msgpack.Decoder(Sight)
