"""multipath-tools 0.9.4 printed the texts without a note; the others name the version, or the source they follow."""

import pytest

from analyzer.facts import ParseError, Span
from analyzer.facts.multipath import MultipathMap, Path, PathGroup
from analyzer.parsers.multipath_ll import parse

HEALTHY = """\
mpathb (3618cf24100f8f457015a764c000001f7) dm-1 HUAWEI,XSG1
size=300M features='0' hwhandler='1 alua' wp=rw
`-+- policy='service-time 0' prio=50 status=active
  |- 2:0:0:2 sdb 8:16 active ready running
  `- 3:0:0:2 sde 8:64 active ready running
"""

DEAD = """\
mpathb (3618cf24100f8f457015a764c000001f7) dm-1 HUAWEI,XSG1
size=300M features='1 queue_if_no_path' hwhandler='1 alua' wp=rw
`-+- policy='service-time 0' prio=0 status=enabled
  |- 2:0:0:2 sdb 8:16 failed faulty running
  `- 3:0:0:2 sde 8:64 failed faulty running
"""


def only(text: str) -> MultipathMap:
    (found,) = parse(text).maps
    return found


def states(text: str) -> list[tuple[str, str, str]]:
    return [(path.dm_state, path.checker_state, path.device_state) for path in only(text).paths]


def test_a_healthy_map_is_read_whole() -> None:
    lines = tuple(HEALTHY.splitlines())
    paths = (
        Path("2:0:0:2", "sdb", "8:16", "active", "ready", "running", Span("multipath_ll", 4, 4, lines[3:4])),
        Path("3:0:0:2", "sde", "8:64", "active", "ready", "running", Span("multipath_ll", 5, 5, lines[4:5])),
    )
    assert only(HEALTHY) == MultipathMap(
        name="mpathb",
        wwid="3618cf24100f8f457015a764c000001f7",
        dm="dm-1",
        vendor="HUAWEI",
        product="XSG1",
        size="300M",
        features="0",
        hwhandler="1 alua",
        write_protect="rw",
        groups=(PathGroup("service-time 0", 50, "active", paths),),
        span=Span("multipath_ll", 1, 5, lines),
    )


def test_a_dead_map_that_queues() -> None:
    assert states(DEAD) == [("failed", "faulty", "running")] * 2
    assert only(DEAD).queues


def test_several_maps_keep_their_order_and_their_lines() -> None:
    maps = parse(HEALTHY + DEAD.replace("mpathb", "mpathc")).maps
    assert [(found.name, found.span.first_line, found.span.last_line) for found in maps] == [
        ("mpathb", 1, 5),
        ("mpathc", 6, 10),
    ]


def test_no_map_at_all() -> None:
    assert parse("").maps == ()


def test_a_map_in_use_whose_paths_were_deleted_has_no_group() -> None:
    text = """\
mpatha (3618cf24100f8f457016a764c000001f8) dm-0 ##,##
size=400M features='0' hwhandler='0' wp=rw
"""
    assert (only(text).vendor, only(text).groups) == ("##", ())


def test_a_checker_state_of_two_words() -> None:
    text = DEAD.replace("failed faulty running", "active i/o pending running", 1)
    assert states(text)[0] == ("active", "i/o pending", "running")


# libmultipath/print.c, snprint_chk_state() and snprint_offline(), 0.4.9 to 0.14
@pytest.mark.parametrize(
    "state", ["ghost", "shaky", "delayed", "undef", "i/o timeout", "disconnected", "faulty", "ready", "i/o pending"]
)
@pytest.mark.parametrize("device_state", ["running", "offline", "unknown"])
def test_every_checker_state_of_every_version(state: str, device_state: str) -> None:
    text = DEAD.replace("failed faulty running", f"undef  {state}  {device_state} ")
    assert states(text) == [("undef", state, device_state)] * 2


def test_a_wwid_with_blanks_is_kept_verbatim() -> None:  # composed: getuid_callout of 0.4.9, print.c
    wwid = "1ATA     QEMU HARDDISK                           QM00001"
    text = HEALTHY.replace("3618cf24100f8f457015a764c000001f7", wwid).replace("HUAWEI,XSG1", "ATA,QEMU HARDDISK")
    assert (only(text).name, only(text).wwid, only(text).product) == ("mpathb", wwid, "QEMU HARDDISK")


def test_without_an_alias_the_wwid_is_the_name() -> None:  # user_friendly_names no
    text = HEALTHY.replace("mpathb (3618cf24100f8f457015a764c000001f7)", "3618cf24100f8f457015a764c000001f7")
    assert only(text).name == only(text).wwid == "3618cf24100f8f457015a764c000001f7"


def test_a_wwid_with_blanks_and_no_alias() -> None:  # composed: print.c of 0.4.9
    text = HEALTHY.replace("mpathb (3618cf24100f8f457015a764c000001f7)", "1ATA     QEMU HARDDISK   QM00001")
    assert only(text).name == only(text).wwid == "1ATA     QEMU HARDDISK   QM00001"


def test_hosts_above_99_and_luns_above_255_stay_whole() -> None:
    text = HEALTHY.replace("2:0:0:2 sdb 8:16 ", "139:0:11:16640 sdaab 135:65520 ")
    path = next(only(text).paths)
    assert (path.hctl, path.device, path.dev_t) == ("139:0:11:16640", "sdaab", "135:65520")


def test_padding_of_vendor_product_and_address_and_a_negative_priority() -> None:  # RHEL 7, 0.4.9
    text = """\
mpathb (3618cf24100f8f457315a764c000001f6) dm-12 HUAWEI  ,XSG1            \n\
size=100G features='0' hwhandler='0' wp=rw
`-+- policy='service-time 0' prio=-1 status=active
  |- 39:0:0:1        sdi 8:48  failed faulty running
  `- 38:0:0:1        sdj 8:64  failed faulty running
"""
    found = only(text)
    assert (found.vendor, found.product, found.groups[0].prio) == ("HUAWEI", "XSG1", -1)
    assert [path.hctl for path in found.paths] == ["39:0:0:1", "38:0:0:1"]


def test_a_vanished_path_has_neither_address_nor_name() -> None:  # composed: print.c, snprint_hcil()
    text = DEAD.replace("2:0:0:2 sdb 8:16 failed faulty running", "#:#:#:# -   #:#  failed undef  unknown")
    path = next(only(text).paths)
    assert (path.hctl, path.device, path.dev_t, path.checker_state) == (None, None, None, "undef")


def test_a_vanished_path_whose_device_number_is_still_known() -> None:  # RHEL 6, 0.4.9
    text = DEAD.replace("2:0:0:2 sdb 8:16 failed faulty running", "#:#:#:# - 8:16 failed undef running")
    assert next(only(text).paths).dev_t == "8:16"


def test_several_path_groups() -> None:
    text = """\
mpatha (36001405a5b7e0d1a7a44f5a9e2f0c3de) dm-0 LIO-ORG,disk
size=1.0T features='0' hwhandler='1 alua' wp=ro
|-+- policy='service-time 0' prio=50 status=active
| |- 2:0:0:1 sdc 8:32 active ready running
| `- 2:0:1:1 sdd 8:48 active ready running
`-+- policy='service-time 0' prio=1 status=enabled
  |- 3:0:0:1 sde 8:64 active ghost running
  `- 3:0:1:1 sdf 8:80 active ghost running
"""
    found = only(text)
    assert (found.size, found.write_protect) == ("1.0T", "ro")
    assert [(group.prio, group.status, len(group.paths)) for group in found.groups] == [
        (50, "active", 2),
        (1, "enabled", 2),
    ]


def test_a_size_line_without_write_protection() -> None:  # composed: first builds of 0.4.9
    assert only(HEALTHY.replace(" wp=rw", "")).write_protect == "undef"


@pytest.mark.parametrize("action", ["", "reload", "create", "switchpg", "rename", "resize", "reject"])
def test_the_action_of_a_dry_run_is_no_part_of_the_name(action: str) -> None:  # multipath -d
    text = f"{action}: " + HEALTHY.replace("dm-1", "undef")
    assert (only(text).name, only(text).dm) == ("mpathb", None)


def test_log_lines_between_the_lines_are_no_maps() -> None:  # 0.9 with seconds; 0.4.9 to 0.7 with the date
    log = (
        "3878.357415 | sdb: using deprecated getuid callout\nNov 22 15:43:13 | multipath.conf line 5, invalid keyword\n"
    )
    assert [found.name for found in parse(log + HEALTHY.replace("size=", log + "size=")).maps] == ["mpathb"]


def test_line_ends_of_windows_are_tolerated() -> None:
    assert only(HEALTHY.replace("\n", "\r\n")).groups[0].status == "active"


def test_the_brackets_of_old_versions() -> None:  # composed: print.c of 0.4.8, as on RHEL 5
    text = """\
mpath1 (3600508b4000156d700012000000b0000) dm-2 HP,HSV200
[size=100G][features=1 queue_if_no_path][hwhandler=0][rw]
\\_ round-robin 0 [prio=50][active]
 \\_ 2:0:0:1 sdb 8:16  [active][ready]
\\_ round-robin 0 [prio=10][enabled]
 \\_ 3:0:0:1 sdc 8:32  [failed][faulty]
"""
    found = only(text)
    assert (found.name, found.dm, found.size, found.queues, found.write_protect) == (
        "mpath1",
        "dm-2",
        "100G",
        True,
        "rw",
    )
    assert [(group.policy, group.prio) for group in found.groups] == [("round-robin 0", 50), ("round-robin 0", 10)]
    assert states(text) == [("active", "ready", ""), ("failed", "faulty", "")]


def test_the_oldest_header_names_no_device() -> None:  # composed: multipath/main.c of 0.4.5, as on RHEL 4
    text = """\
mpath1 (3600508b4000156d700012000000b0000)
[size=100 GB][features="1 queue_if_no_path"][hwhandler="0"]
\\_ round-robin 0 [active]
 \\_ 2:0:0:1 sdb 8:16  [active][ready]
"""
    found = only(text)
    assert (found.dm, found.vendor, found.size, found.features) == (None, "", "100 GB", "1 queue_if_no_path")
    assert found.groups[0].prio is None


def test_a_dm_map_over_nvme() -> None:  # composed: 0.8, print.c
    text = """\
mpatha (eui.00d0e0ff0a5b1c2d00c0ffee00000001) dm-3 NVME,Huawei-XSG1
size=50G features='0' hwhandler='0' wp=rw
`-+- policy='service-time 0' prio=1 status=active
  |- 0:1:1:0 nvme0n1 259:0 active ready running
  `- 1:2:1:0 nvme1n1 259:1 active ready running
"""
    assert [(path.hctl, path.device) for path in only(text).paths] == [("0:1:1:0", "nvme0n1"), ("1:2:1:0", "nvme1n1")]


def test_multipath_of_the_kernel_itself_over_nvme() -> None:  # composed: libmultipath/foreign/nvme.c of 0.8
    text = """\
eui.00d0e0ff0a5b1c2d00c0ffee00000001 [nvme]:nvme0n1 NVMe,Huawei-XSG1,6000
size=104857600 features='n/a' hwhandler='ANA' wp=rw
|-+- policy='n/a' prio=50 status=optimized
| `- 0:0:1 nvme0c0n1 0:0 n/a optimized live
`-+- policy='n/a' prio=10 status=non-optimized
  `- 0:1:1 nvme0c1n1 0:0 n/a non-optimized live
"""
    found = only(text)
    assert (found.wwid, found.dm, found.vendor) == ("eui.00d0e0ff0a5b1c2d00c0ffee00000001", None, "NVMe")
    assert states(text) == [("n/a", "optimized", "live"), ("n/a", "non-optimized", "live")]


def test_paths_of_no_map_in_the_list_of_v3_are_orphans() -> None:
    text = """\
===== paths list =====
uuid hcil    dev dev_t pri dm_st chk_st vend/prod/rev dev_st \n\
     2:0:0:1 sdc 8:32  -1  undef undef  HUAWEI,XSG1   unknown
     2:0:0:2 sdb 8:16  -1  undef undef  HUAWEI,XSG1   unknown
     3:0:0:2 sde 8:64  -1  undef undef  HUAWEI,XSG1   unknown
"""
    assert [path.device for path in parse(text + HEALTHY).orphans] == ["sdc"]


def test_a_dry_run_lists_paths_with_their_wwid() -> None:  # multipath -d -v3
    text = """\
===== paths list =====
uuid                              hcil    dev dev_t pri dm_st chk_st vend/prod/rev dev_st \n\
3618cf24100f8f457014a764c000001f6 2:0:0:1 sdc 8:32  50  undef undef  HUAWEI,XSG1   unknown
"""
    assert [path.hctl for path in parse(text).orphans] == ["2:0:0:1"]


@pytest.mark.parametrize("lines", [1, 2, 3, 4])
def test_an_answer_cut_off_between_two_lines_is_refused(lines: int) -> None:
    with pytest.raises(ParseError):
        parse("".join(HEALTHY.splitlines(keepends=True)[:lines]))


@pytest.mark.parametrize("missing", range(1, len(HEALTHY) - 1))
def test_an_answer_cut_off_anywhere_is_refused(missing: int) -> None:
    with pytest.raises(ParseError):
        parse(HEALTHY[:-missing])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  `- 3:0:0:2 sde 8:64 active ready running\n", 1),
        ("`-+- policy='service-time 0' prio=50 status=active\n", 1),
        ("size=300M features='0' hwhandler='1 alua' wp=rw\n", 1),
        (HEALTHY + "multipath: something else\n", 6),
        (HEALTHY + "  `- 3:0:0:2 sdf 8:80 active ready running\n", 6),
        (HEALTHY.replace("sde 8:64 active ready", "sde 8:64 active splendid"), 5),
        (HEALTHY.replace("8:16 active", "active"), 4),
    ],
)
def test_a_line_that_does_not_fit_is_named(text: str, line: int) -> None:
    with pytest.raises(ParseError) as refused:
        parse(text)
    assert refused.value.line == line
