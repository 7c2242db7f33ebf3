"""NFS on a node: the kernel's bound of a process's open files, and the words of mounts that may reach a command."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.facts import Span
from analyzer.facts.identifiers import _Checked


@dataclass(frozen=True, slots=True)
class NrOpen:
    """`/proc/sys/fs/nr_open`: no process has a higher limit of open files, whatever its unit says."""

    value: int
    span: Span


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
