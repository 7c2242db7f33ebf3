"""What portal checks and timed mounts say for or against a cause of a mount that timed out.

Input    a failed mount; the node's checks of portals; its timed mounts; the driver's limit.
Output   yes or no; an answer that is not known is no.
A portal is out of reach when TCP cannot be opened; ping alone does not tell, since it may be filtered.
"""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.facts.driver import Driver
from analyzer.facts.host import NfsMountTest, NfsMountTests, PortalChecks
from analyzer.rules.nfs.mounts import NFS, FailedMount, check_of, tests_of

FIXED_LIMIT_S = 30.0  # before V4.2.0, and the default since
SLOW_S = 10.0  # a healthy mount takes a second or two


def is_unreachable(one: FailedMount, checks: PortalChecks | Unknown) -> bool:
    check = check_of(one.portal, checks)
    return check is not None and check.tcp is False


def is_reachable(one: FailedMount, checks: PortalChecks | Unknown) -> bool:
    check = check_of(one.portal, checks)
    return check is not None and check.tcp is True


def driver_limit_s(node: str, driver: Driver | Unknown) -> float:
    """After which the driver on this node stops a mount."""
    pod = None if isinstance(driver, Unknown) else driver.node_pod(node)
    told = None if isinstance(driver, Unknown) or pod is None else driver.argument("exec-command-timeout", (pod,))
    return float(told) if told and told.isascii() and told.isdigit() and len(told) < 6 else FIXED_LIMIT_S


def relevant(one: FailedMount, tests: NfsMountTests | Unknown) -> tuple[NfsMountTest, ...]:
    """Timed mounts of its share that were not refused: they ended well, or did not end, or got no answer."""
    return tuple(test for test in tests_of(one.share, tests) if test.exit_code == 0 or is_slow(test))


def is_slow(test: NfsMountTest) -> bool:
    if test.exit_code is None or test.seconds > SLOW_S:
        return True
    return test.exit_code != 0 and "Connection timed out" in test.message


def is_slow_everywhere(one: FailedMount, tests: NfsMountTests | Unknown) -> bool:
    """Every version that was not refused was slow, and NFSv4 was among them."""
    found = relevant(one, tests)
    return bool(found) and all(is_slow(test) for test in found) and any(test.version != "3" for test in found)


def is_quick(one: FailedMount, tests: NfsMountTests | Unknown) -> bool:
    """The version it asked for was mounted in time; where it asked for none, every version that was not refused."""
    found = relevant(one, tests)
    wanted = [test for test in found if not one.version or test.version.startswith(one.version)]
    return bool(wanted) and not any(is_slow(test) for test in wanted)


def may_be_v3(one: FailedMount, tests: NfsMountTests | Unknown, checks: PortalChecks | Unknown) -> bool:
    """It timed out without a word, with NFSv3 or with no version given, and the network is not to blame."""
    if not one.timed_out or one.output or one.protocol not in (*NFS, "") or one.version not in ("", "3"):
        return False
    return not is_unreachable(one, checks) and not is_slow_everywhere(one, tests)


def blames_network(
    one: FailedMount, tests: NfsMountTests | Unknown, checks: PortalChecks | Unknown, *, files_are_huge: bool | None
) -> bool:
    """It timed out, and so did every timed mount of its share; of NFSv3 alone only if no other reason is known."""
    found = relevant(one, tests)
    if not one.timed_out or not found or is_unreachable(one, checks) or not all(is_slow(test) for test in found):
        return False
    return is_slow_everywhere(one, tests) or not files_are_huge
