"""A file system in user space whose server takes every request and never answers: run as `mute_server.py FOLDER...`.

It is mounted on the first folder and bound to the others.  Who asks it sleeps in D state and SIGKILL does not end it,
until this server ends.  Prints "mounted", then a line for each request.  Source: linux/fuse.h, protocol 7.31.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys

IN_HEADER = "<IIQQIIII"  # length, opcode, unique, node, uid, gid, pid, padding
INIT_ANSWER = "<IIIIHHIIHH7I"  # version, read-ahead, flags, requests in the background, largest write, granularity
MS_BIND = 0x1000
LIBC = ctypes.CDLL(None, use_errno=True)


def mount(source: str, folder: str, kind: str, flags: int = 0, options: str = "") -> None:
    if LIBC.mount(source.encode(), folder.encode(), kind.encode(), flags, options.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), folder)


def main(first: str, *others: str) -> None:
    device = os.open("/dev/fuse", os.O_RDWR)
    mount("mute", first, "fuse.mute", options=f"fd={device},rootmode=40755,user_id=0,group_id=0,allow_other")
    unique = struct.unpack_from(IN_HEADER, os.read(device, 1 << 17))[2]
    answer = struct.pack(INIT_ANSWER, 7, 31, 0, 0, 12, 9, 4096, 1, 0, 0, *[0] * 7)
    os.write(device, struct.pack("<IiQ", 16 + len(answer), 0, unique) + answer)
    for other in others:
        mount(first, other, "", MS_BIND)
    print("mounted", flush=True)
    while True:
        print("asked", struct.unpack_from(IN_HEADER, os.read(device, 1 << 17))[1], flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
