"""What iscsiadm says when an array refuses a login, as the Huawei CSI driver logs it.

The driver takes these exit statuses for success (only 0, 15 and 255 end its loop), so that its own words never tell.
"""

from __future__ import annotations

from analyzer.signals.driver import REQUEST, driver_signal

SIGNALS = (
    driver_signal(
        "driver-iscsi-login-refused",
        rb"initiator reported error \((?:5|19|24) - ",
        # 5: ISCSI_ERR_LOGIN, 19: ISCSI_ERR_FATAL_LOGIN, 24: ISCSI_ERR_LOGIN_AUTH_FAILED
        r"(?:-p (?P<portal>\S+?)\"? --login.*?)?initiator reported error \((?P<code>5|19|24) - (?P<says>[^)\n]+)\)",
        f"[WARNING]: {REQUEST}Run shell cmd iscsiadm -m node -T ***-p 192.168.129.10:3260 --login output: [Logging in "
        "to [iface: default, target: ***portal: 192.168.129.10,3260]\n"
        "iscsiadm: Could not login to [iface: default, target: ***portal: 192.168.129.10,3260].\n"
        "iscsiadm: initiator reported error (24 - iSCSI login failed due to authorization failure)\n"
        "iscsiadm: Could not log into all portals\n"
        "], error: [exit status 24]",
        "2.1.0 to v4.12",
        "utils/utils_linux.go; open-iscsi, usr/iscsi_err.c",
    ),
)
