import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle import layout
from bundle.layout import BundleError


@pytest.mark.parametrize("name", ["node-1", "a.b_c-D9", "x" * 253, "..."])
def test_a_name_of_letters_digits_dots_and_dashes_is_safe(name):
    assert layout.safe_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "x" * 254, "ä", "a\n", "-o;id", "$(id)", "a\x00"])
def test_any_other_name_is_refused_in_one_sentence(name):
    with pytest.raises(BundleError, match=r"cannot be a name in a bundle: use .*\.$"):
        layout.safe_name(name)


@given(st.text())
def test_a_collected_path_stays_inside_its_folder_whatever_it_is(path):
    stored = layout.file_path(path)
    assert stored.startswith("files/")
    assert ".." not in stored.split("/")
    assert stored.isprintable()


def test_an_ordinary_path_is_stored_as_it_is():
    assert layout.file_path("/var/log/huawei/huawei-csi-node") == "files/var/log/huawei/huawei-csi-node"


def test_storing_a_stored_path_again_changes_nothing():
    once = layout.printable_path("//a/../b\n/\udc80c")
    assert layout.printable_path(once) == once == "/b%0A/%DC80c"


@given(st.integers(0, 2**63))
def test_a_footer_tells_the_offset_it_was_made_of(offset):
    made = layout.footer(offset)
    assert len(made) == layout.FOOTER_BYTES
    assert layout.index_offset(made) == offset
    assert layout.index_offset(made[:-1]) is None
