"""modules_conf: what is loaded at boot, and what is forbidden."""

from analyzer.facts.modules_at_boot import ModulesAtBoot
from analyzer.parsers import TextFile
from analyzer.parsers.modules_conf import parse


def read(path: str, text: str) -> ModulesAtBoot:
    return parse((TextFile(path, text),))


def test_a_line_of_modules_load_names_a_module_loaded_at_boot():
    line = read("/etc/modules-load.d/iscsi.conf", "# for storage\n\niscsi_tcp\n").loads("iscsi_tcp")
    assert line is not None
    assert (line.path, line.span.capture, line.span.first_line) == (
        "/etc/modules-load.d/iscsi.conf",
        "files/etc/modules-load.d/iscsi.conf",
        3,
    )


def test_a_dash_is_an_underscore():
    assert read("/etc/modules-load.d/iscsi.conf", "iscsi-tcp\n").loads("iscsi_tcp") is not None


def test_etc_modules_may_give_parameters():
    assert read("/etc/modules", "; old\niscsi_tcp debug_iscsi_tcp=1").loads("iscsi_tcp") is not None


def test_a_commented_line_loads_nothing():
    assert read("/etc/modules", "#iscsi_tcp\n").loaded == ()


def test_libiscsi_tcp_is_another_module():
    assert read("/etc/modules-load.d/x.conf", "libiscsi_tcp\n").loads("iscsi_tcp") is None


def test_an_install_line_with_another_command_forbids():
    line = read("/etc/modprobe.d/no-iscsi.conf", "install iscsi_tcp /bin/false\n").forbids("iscsi_tcp")
    assert line is not None
    assert line.span.text == ("install iscsi_tcp /bin/false",)


def test_a_blacklisted_module_is_named_with_its_file():
    assert read("/etc/modprobe.d/b.conf", "blacklist iscsi_tcp\n").forbids("iscsi_tcp") is not None


def test_an_install_line_that_loads_it_in_the_end_forbids_nothing():
    text = "install iscsi_tcp /sbin/modprobe -i iscsi_tcp && logger loaded\n"
    assert read("/etc/modprobe.d/x.conf", text).forbidden == ()


def test_a_file_of_modprobe_loads_nothing():
    assert read("/etc/modprobe.d/x.conf", "options iscsi_tcp x=1\n").loaded == ()


def test_no_file_means_none():
    assert parse(()) == ModulesAtBoot((), ())


def test_a_last_line_without_its_end_counts():
    assert read("/etc/modules", "iscsi_tcp").loads("iscsi_tcp") is not None
