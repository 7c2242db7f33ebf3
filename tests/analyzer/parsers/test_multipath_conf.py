"""multipath.conf: which names maps get, and which lines multipath ignores."""

from analyzer.parsers import TextFile
from analyzer.parsers.multipath_conf import parse

MAIN = """# written by hand
defaults {
    user_friendly_names yes   # aliases
    find_multipaths "no"
}
multipaths {
    multipath {
        wwid  3618cf24100f8f457014a764c000001f6
        alias data1
    }
}
"""


def conf(text: str = MAIN, path: str = "/etc/multipath.conf") -> TextFile:
    return TextFile(path, text)


def test_settings_are_read_with_their_outermost_section_and_line():
    found = parse((conf(),))
    friendly = found.friendly_names
    assert friendly is not None
    assert (friendly.value, friendly.span.first_line) == ("yes", 3)
    assert [one.value for one in found.aliases] == ["data1"]
    assert found.last("find_multipaths", "defaults").value == "no"  # type: ignore[union-attr]


def test_a_drop_in_file_is_read_after_the_main_one_whatever_the_order():
    drop_in = conf("defaults {\n user_friendly_names no\n}\n", "/etc/multipath/conf.d/x.conf")
    assert parse((drop_in, conf())).friendly_names.value == "no"  # type: ignore[union-attr]


def test_overrides_win_over_what_comes_later():
    text = "overrides {\n user_friendly_names no\n}\n" + MAIN
    assert parse((conf(text),)).friendly_names.value == "no"  # type: ignore[union-attr]


def test_what_is_not_set_is_not_there():
    assert parse((conf("# nothing\n"),)).friendly_names is None


def test_a_section_on_one_line_is_ignored_as_multipath_ignores_it():
    found = parse((conf("defaults { user_friendly_names yes }\n"),))
    assert found.friendly_names is None
    assert [span.first_line for span in found.rejected] == [1]


def test_wwids_and_bindings_are_no_configuration():
    files = (conf("user_friendly_names no\n", "/etc/multipath/bindings"), conf("/3618cf/\n", "/etc/multipath/wwids"))
    assert parse(files).files == ()


def test_no_file_is_no_setting():
    assert (parse(()).settings, parse(()).files) == ((), ())
