"""`csi-analyzer diff` as a process, on the sample bundles: every form, every kind of input, its exit codes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from bundle.writer import pack
from tests.analyzer.test_cli import SAMPLES, one_sentence, run

SICK, HALF, HEALED = (SAMPLES / name for name in ("stale_fail", "half_cleaned", "healthy"))


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sick bundle in each form in which it may be given."""
    home = tmp_path_factory.mktemp("given")
    pack(SICK, home / "sick.tar.gz")
    run("report", SICK, "-o", home / "report", "--no-pdf")
    return {
        "file": home / "sick.tar.gz",
        "folder": SICK,
        "json": home / "report/report.json",
        "report": home / "report",
    }


def changed(*words: str | Path) -> list[tuple[str, str]]:
    done = run("diff", *words, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    return [(one["change"], (one["before"] or one["after"])[0]["id"]) for one in json.loads(done.stdout)["changes"]]


MAP_A, MAP_B = (
    f"residual-multipath-map/worker-1/wwid:3618cf24100f8f45701{end}" for end in ("6a764c000001f8", "5a764c000001f7")
)


def test_what_is_cleaned_is_resolved_and_the_rest_is_still_there() -> None:
    assert changed(SICK, HALF) == [("still-there", MAP_A), ("resolved", MAP_B)]


@pytest.mark.parametrize(
    ("before", "after", "fates"),
    [
        ("stale_fail", "stale_fail", {"still-there": 2}),
        ("stale_fail", "stale_sd_nomap", {"still-there": 2}),  # the maps went, their disks stayed
        ("stale_fail", "no_multipath", {"still-there": 1, "cannot-tell": 1, "new": 1}),
        ("stale_queue", "stale_fail", {"still-there": 2, "resolved": 2}),  # they do not queue any more
        ("path_down", "path_down_healed", {"resolved": 1}),
        ("path_down", "all_paths_down", {"new": 2, "resolved": 1}),
        ("lun_reused", "stale_fail", {"better": 1, "new": 1}),
        ("demo", "outage", {"worse": 2, "new": 2, "cannot-tell": 1}),
        ("iscsi_module", "fc_device_not_found", {"new": 4, "resolved": 5, "cannot-tell": 3}),
        ("healthy", "healthy", {}),
    ],
)
def test_each_pair_of_samples_has_its_fates(before: str, after: str, fates: dict[str, int]) -> None:
    done = run("diff", SAMPLES / before, SAMPLES / after, "--format", "json")
    counts = json.loads(done.stdout)["counts"]
    assert {fate: n for fate, n in counts.items() if n} == fates
    assert done.returncode == int(set(fates) - {"resolved"} != set())


def test_every_form_of_a_bundle_gives_the_same(given: dict[str, Path]) -> None:
    told = run("diff", SICK, HALF).stdout
    assert b"1 of 2 findings is resolved, 1 is still there." in told
    for form in ("file", "json", "report"):
        assert run("diff", given[form], HALF).stdout == told


def test_a_report_may_also_be_what_came_after(given: dict[str, Path]) -> None:
    assert run("diff", HALF, given["json"], "--lang", "zh").stdout == run("diff", HALF, SICK, "--lang", "zh").stdout


def test_all_resolved_ends_with_0_and_anything_left_with_1() -> None:
    assert run("diff", SICK, HEALED).returncode == 0
    assert run("diff", SICK, HALF).returncode == 1
    assert run("diff", HEALED, SICK).returncode == 1


def test_the_other_order_is_noticed() -> None:
    assert b"are they given in the right order?" in run("diff", HALF, SICK).stdout
    assert b"right order" not in run("diff", SICK, HALF).stdout


@pytest.mark.parametrize("form", ["text", "json", "html", "md"])
def test_each_form_goes_to_standard_output_or_into_a_private_file(form: str, tmp_path: Path) -> None:
    out = tmp_path / "diff"
    written = run("diff", SICK, HALF, "--format", form, "-o", out)
    assert (written.returncode, written.stdout.decode()) == (1, f"{out}\n")
    assert out.read_bytes() == run("diff", SICK, HALF, "--format", form).stdout
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"schema": 7}', "has schema 7"),
        (b'{"schema": 1, "kind": "diff"}', "missing required field `bundle`"),
        (b"{", "is no JSON"),
    ],
)
def test_a_json_that_does_not_fit_is_told_in_one_sentence(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "report.json").write_bytes(content)
    for words in ((tmp_path / "report.json", HALF), (HALF, tmp_path)):
        assert says in one_sentence(run("diff", *words))


def test_what_cannot_be_compared_is_told_in_one_sentence(given: dict[str, Path], tmp_path: Path) -> None:
    stranger = json.loads(given["json"].read_bytes())
    stranger["bundle"]["nodes"] = ["other\x1b[2J-1"]
    (tmp_path / "other.json").write_text(json.dumps(stranger))
    (tmp_path / "text.tar.gz").write_text("not a bundle\n")
    says = one_sentence(run("diff", SICK, tmp_path / "other.json"))
    assert "share no node" in says
    assert "\x1b" not in says
    assert "text.tar.gz" in one_sentence(run("diff", SICK, tmp_path / "text.tar.gz"))
    assert "does not exist" in one_sentence(run("diff", SICK, "nowhere"))
    assert "bundle.json" in one_sentence(run("diff", tmp_path, SICK))


def test_no_file_is_replaced(given: dict[str, Path], tmp_path: Path) -> None:
    kept = given["file"].read_bytes()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for there in (given["file"], tmp_path, tmp_path / "link"):
        assert "is there already" in one_sentence(run("diff", SICK, HALF, "-o", there))
    assert given["file"].read_bytes() == kept
    assert "cannot be written" in one_sentence(run("diff", SICK, HALF, "-o", tmp_path / "no/such/folder"))
