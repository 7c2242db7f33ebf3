"""Values that may reach a command: each type has a strict grammar, and a value outside it cannot be built.

A bundle is a stranger's file and a runbook runs as root.  After `UnsafeValueError`, tell it in words: a step by hand.
"""

from __future__ import annotations

import re
from typing import ClassVar, Self


class UnsafeValueError(ValueError):
    """The text does not have the form of its type, so no command is built from it."""


class _Checked(str):
    __slots__ = ()
    grammar: ClassVar[re.Pattern[str]]

    def __new__(cls, text: str) -> Self:
        if not cls.grammar.fullmatch(text):
            raise UnsafeValueError(f"not a {cls.__name__}: {text!r}")
        return super().__new__(cls, text)


class Wwid(_Checked):
    """A SCSI WWID as multipath prints it, NAA type: 3 and 16 or 32 hex digits.  Others are left to a human."""

    __slots__ = ()
    grammar = re.compile(r"3(?:[0-9a-f]{16}|[0-9a-f]{32})", re.ASCII)


class DiskName(_Checked):
    """The kernel's name of a SCSI disk."""

    __slots__ = ()
    grammar = re.compile(r"sd[a-z]{1,4}", re.ASCII)


class MapName(_Checked):
    """A device-mapper name that means a name to every multipath tool.

    `dm-3` and `8:16` are left out: multipath and multipathd read them as a kernel device, whatever is named so.
    """

    __slots__ = ()
    grammar = re.compile(r"(?!dm-[0-9])(?![0-9]+:[0-9])[A-Za-z0-9_][A-Za-z0-9_.:+@-]{0,126}", re.ASCII)


class Hctl(_Checked):
    """Host:Channel:Target:LUN of a SCSI device."""

    __slots__ = ()
    grammar = re.compile(r"[0-9]{1,5}:[0-9]{1,5}:[0-9]{1,10}:[0-9]{1,20}", re.ASCII)


class HostName(_Checked):
    """A host name, as `hostname` prints it."""

    __slots__ = ()
    grammar = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)


class BootId(_Checked):
    """`/proc/sys/kernel/random/boot_id`."""

    __slots__ = ()
    grammar = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class PodUid(_Checked):
    """`metadata.uid` of a pod, the UUID that the API server gave it."""

    __slots__ = ()
    grammar = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class FileName(_Checked):
    """A file in the current folder: what a command's output is saved as."""

    __slots__ = ()
    grammar = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)


class KubeletPath(_Checked):
    """Where the kubelet mounts a volume for a pod, or stages it, in whatever folder the kubelet has.

    No part of it begins with a dot, so none leads upwards, and none needs an escape in mountinfo.
    """

    __slots__ = ()
    grammar = re.compile(
        r"(?:/[A-Za-z0-9_][A-Za-z0-9._-]{0,99}){1,9}"
        r"(?:/pods/[0-9a-f-]{36}/volumes/kubernetes\.io~csi/[a-z0-9][a-z0-9.-]{0,252}/mount"
        r"|/plugins/kubernetes\.io/csi/[a-z0-9][a-z0-9.-]{0,252}/[a-z0-9][a-z0-9.-]{0,252}/globalmount"
        r"|/plugins/kubernetes\.io/csi/volumeDevices/publish/[a-z0-9][a-z0-9.-]{0,252}/[0-9a-f-]{36})",
        re.ASCII,
    )


class DeviceNumber(_Checked):
    """Major and minor number of a mounted file system, as mountinfo prints them."""

    __slots__ = ()
    grammar = re.compile(r"[0-9]{1,4}:[0-9]{1,7}", re.ASCII)


class MountRoot(_Checked):
    """What of a file system is mounted: `/`, a folder of it, or a node of /dev; nothing that needs an escape."""

    __slots__ = ()
    grammar = re.compile(r"/(?:[A-Za-z0-9_][A-Za-z0-9._~@:+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._~@:+-]*)*)?", re.ASCII)


class KubernetesName(_Checked):
    """A DNS subdomain, the form of all object names that reach a kubectl command."""

    __slots__ = ()
    grammar = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


class PortalAddress(_Checked):
    """An IPv4 or IPv6 address, or a host name; never an option."""

    __slots__ = ()
    grammar = re.compile(r"[A-Za-z0-9:](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9:])?", re.ASCII)


class NfsShare(_Checked):
    """`<portal>:/<path>` with the characters that the driver gives its volumes; IPv6 in brackets."""

    __slots__ = ()
    grammar = re.compile(r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?<!-):/[A-Za-z0-9_./-]{1,255}", re.ASCII)


class VersionOption(_Checked):
    """A mount option that names an NFS version: the only one that a remedy replaces."""

    __slots__ = ()
    grammar = re.compile(r"(?:nfsvers|vers)=(?:3|4|4\.0|4\.1|4\.2)", re.ASCII)
