"""scsi_id, sg_turs, sg_luns and the kernel's log, of a truth; forms of sg3_utils 1.46 and Linux 6.1."""

from __future__ import annotations

from tests.analyzer.random_nodes.seen import ANSWERING, HANGING, NOT_OPENED, Seen, all_paths, seen
from tests.analyzer.random_nodes.truth import Lun, Node, Path, PathState, ScsiId

OTHER_WWID = "3618cf24100f8f45700ffffff0000beef"
_DENIED = """Fixed format, current; Sense key: Illegal Request
Additional sense: Logical unit not supported
 Raw sense data (in hex), sb_len=18, embedded_len=18
        70 00 05 00 00 00 00 0a  00 00 00 00 25 00 00 00
Illegal request, type: sense key, apart from Invalid opcode
rc=5
"""
_NOT_SERVED = """Fixed format, current; Sense key: Not Ready
Additional sense: Logical unit not accessible, target port in unavailable state
rc=2
"""


def scsi_id(node: Node) -> str:
    return "".join(f"/dev/{path.disk} {_identity(node, lun, path)}\n" for lun, path in all_paths(node, "scsi_id"))


def _identity(node: Node, lun: Lun, path: Path) -> str:
    state = seen(node, "scsi_id", path)
    if state in HANGING or path.scsi_id is ScsiId.SLOW:
        return " rc=124"
    if path.scsi_id is ScsiId.CRASHED:
        return " rc=143"
    if state is Seen.REUSED:
        return f"{OTHER_WWID}\n rc=0"
    return f"{lun.wwid}\n rc=0" if state in ANSWERING else " rc=1"


def sg_turs(node: Node) -> str:
    return "".join(_ready(seen(node, "sg_turs", path), path.disk) for _, path in all_paths(node, "sg_turs"))


def _ready(state: Seen, disk: str) -> str:
    opened = f"== /dev/{disk}\nopen /dev/{disk} with flags=0x800\n"
    asked = f"{opened}    test unit ready cdb: [00 00 00 00 00 00]\n"
    if state in HANGING:
        return f"== /dev/{disk}\nrc=124\n"
    if state in NOT_OPENED:
        return f"{opened}main: error opening file: /dev/{disk}: No such device or address\nrc=56\n"
    if state is Seen.GONE:
        return f"{asked}test unit ready:\n{_DENIED}"
    return f"{asked}test unit ready:\n{_NOT_SERVED}" if state is Seen.UNAVAILABLE else f"{asked}rc=0\n"


def sg_luns(node: Node) -> str:
    return "".join(_luns(node, path) for _, path in all_paths(node, "sg_luns"))


def _luns(node: Node, asked: Path) -> str:
    state = seen(node, "sg_luns", asked)
    head = f"== /dev/{asked.disk}\n"
    if state in HANGING:
        return f"{head}rc=124\n"
    if state in NOT_OPENED:
        return f"{head}open error: /dev/{asked.disk}: No such device or address\nrc=56\n"
    if state is Seen.GONE:
        return f"{head}Report Luns command has bad field in cdb\nsg_luns failed: Illegal request\nrc=5\n"
    mapped = {path.lun for lun in node.luns for path in lun.paths if path.link is asked.link and _is_mapped(path)}
    lines = "".join(f"    {number:04x}000000000000\n" for number in sorted(mapped))
    length = (
        f"Lun list length = {8 * len(mapped)} which imples {len(mapped)} lun entr{'y' if len(mapped) == 1 else 'ies'}\n"
    )
    return f"{head}{length}Report luns [select_report=0x0]:\n{lines}rc=0\n"


def _is_mapped(path: Path) -> bool:
    return path.state is not PathState.GONE


def kernel_log(node: Node) -> str:
    lines = ["[    1.000000] Linux version 6.1.0-56-amd64"]
    for _, path in all_paths(node, "kernel_log"):
        denied = seen(node, "kernel_log", path) is Seen.GONE and not node.quiet_log
        if denied or path.denied_before:
            lines.append(f"[ 3974.938115] sd {path.hctl}: [{path.disk}] tag#93 Add. Sense: Logical unit not supported")
    return "".join(f"{line}\n" for line in lines)


def logs_a_denial(node: Node, path: Path) -> bool:
    return path.denied_before or (path.is_gone and not node.quiet_log)
