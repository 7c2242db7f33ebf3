"""What open-iscsi says: the daemon in its journal, and iscsiadm wherever its words were kept."""

from __future__ import annotations

import re

from analyzer.signals.signal import Log, Signal

# libkmod's quotes are ASCII in the program and typographic in what people paste
TRANSPORT_MISSING = (
    r"could not find module by name=['‘\"]?iscsi_tcp"
    r"|Error running install command .{0,80} for module iscsi_tcp"
    r"|Could not (?:insert module|load transport) tcp"
    r"|iSCSI driver (?:tcp is not loaded|not loaded|not found)"
)
TRANSPORT_MISSING_BYTES = (
    rb"could not find module by name=|for module iscsi_tcp|Could not insert module tcp|Could not load transport tcp"
    rb"|iSCSI driver tcp is not loaded|iSCSI driver not loaded|iSCSI driver not found"
)

SIGNALS = (
    Signal(
        "iscsid-module-missing",
        Log.ISCSID,
        TRANSPORT_MISSING_BYTES,
        re.compile(TRANSPORT_MISSING),
        "open-iscsi 2.0 and newer",
        "2026-11-22T15:18:20+0000 worker-1 iscsid[2014]: iSCSI driver tcp is not loaded. Load the module then retry "
        "the command.",
        "open-iscsi, usr/transport.c; kmod, libkmod/libkmod-module.c",
    ),
    Signal(
        "iscsid-conn-error",
        Log.ISCSID,
        rb"Kernel reported iSCSI connection ",
        re.compile(r"Kernel reported iSCSI connection (?P<connection>\d+:\d+) error \((?P<code>\d+)"),
        "open-iscsi 2.0 and newer",
        "2026-11-22T15:11:06+0000 worker-1 iscsid[421]: Kernel reported iSCSI connection 11:0 error (1022 - "
        "ISCSI_ERR_NOP_TIMEDOUT: A NOP has timed out) state (3)",
        "open-iscsi, usr/initiator.c, session_conn_error",
    ),
)
