"""`python -m samples.compose CAPTURES [NAME…]`: write the sample folders from a checkout of recorded outputs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bundle.capture import Capture, CollectedFile, NodeSnapshot, Status
from samples.composing import around, driver_log
from samples.composing.folder import write_bundle, write_json
from samples.composing.objects import Cluster
from samples.composing.readme import readme
from samples.composing.recorded import Moment, recorded
from samples.composing.scenarios import STORAGE, Expected, Sample, SampleNode

HERE = Path(__file__).parent
SAMPLES = STORAGE
ORDER = (
    "host clock os_release ps block_openers lsmod modprobe_iscsi_tcp modules_conf mountinfo swaps multipath_ll "
    "multipathd_show_maps multipathd_show_paths dmsetup_info dmsetup_table dmsetup_status dmsetup_tree sysfs_block "
    "sysfs_iscsi sysfs_fc scsi_id sg_turs sg_luns disk_by_id disk_by_path lsblk lvm_pvs iscsiadm_session "
    "nvme_list_subsys upadmin_show_vlun multipath_conf iscsi_conf nfs_conf runtime_units runtime_unit_files "
    "runtime_limits nr_open nfs_mount portals direct_read kernel_log journal_kubelet journal_containerd "
    "journal_multipathd journal_iscsid driver_logs syslog driver_wwn_files kubelet_volumes"
).split()


def main(arguments: list[str]) -> None:
    captures, names = Path(arguments[0]), arguments[1:]
    for sample in SAMPLES:
        if not names or sample.name in names:
            write(captures, sample)


def write(captures: Path, sample: Sample) -> None:
    nodes = [node_snapshot(captures, node) for node in sample.nodes]
    started = min(node.started for node in nodes)
    cluster = Cluster(
        started,
        sample.machines,
        sample.placed,
        protocol=sample.protocol,
        events=sample.events,
        unattached=sample.unattached,
    )
    folder = HERE / sample.name
    write_bundle(folder, started=started, cluster=cluster.snapshot(), nodes=nodes)
    write_json(folder / "EXPECTED.json", expected(sample.expected))
    (folder / "README.md").write_text(readme(sample))


def expected(parts: tuple[Expected, ...]) -> dict[str, object]:
    findings = [
        {"rule": rule, "nodes": list(part.nodes), "subject": subject, "certainty": certainty}
        for part in parts
        for rule, subject, certainty in part.findings
    ]
    runbooks = {
        part.nodes[0]: {"must_appear": list(part.must_appear), "must_not_appear": list(part.must_not_appear)}
        for part in parts
        if part.must_appear or part.must_not_appear
    }
    return {"exit_code": 1 if findings else 0, "findings": findings, "inconclusive": [], "runbooks": runbooks}


def node_snapshot(captures: Path, node: SampleNode) -> NodeSnapshot:
    moment = Moment.of(captures / node.moment)
    staged = driver_log.staged(moment.started, node.staged)
    facts = around.Around(
        captures=captures,
        hostname="worker-1",
        boot_id=node.boot_id,
        started=moment.started,
        uptime_s=moment.uptime_s(),
        staged=node.staged,
        driver_log=node.driver_log or driver_log.started_driver(moment.started) + staged,
        openers=around.path_fds(moment) + node.openers,
        portals_up=node.portals_up,
    )
    answers = {
        **around.composed(facts),
        **recorded(moment),
        **around.journals(moment),
        "multipath_conf": around.multipath_conf(moment),
    }
    answers.setdefault("lvm_pvs", _no_lvm(moment, answers))
    answers.setdefault("sysfs_fc", Capture("sysfs_fc", Status.EMPTY, exit_code=1, started=moment.started))
    for probe in ("sg_turs", "sg_luns"):
        answers.setdefault(probe, around.absent(moment.started, probe, f"{probe}: not found on this node"))
    for probe in ("nfs_mount", "direct_read"):
        answers.setdefault(probe, Capture(probe, Status.EMPTY, exit_code=0, started=moment.started))
    answers.update({capture.probe: capture for capture in node.replaced})
    ordered = tuple(_renamed(answers[probe], node.renames) for probe in ORDER)
    return NodeSnapshot(
        node.name,
        ordered,
        outcome=node.outcome,
        reason=node.reason,
        address=node.address,
        transport="ssh",
        started=moment.started,
        seconds=9.5,
    )


def _no_lvm(moment: Moment, answers: Mapping[str, Capture]) -> Capture:
    if b"queue_if_no_path" in answers["multipath_ll"].out:
        reason = "skipped: a map queues without a usable path, and reading it would never end"
        return Capture("lvm_pvs", Status.FAILED, exit_code=75, started=moment.started, reason=reason)
    out = around.NO_PHYSICAL_VOLUMES
    return Capture("lvm_pvs", Status.COLLECTED, exit_code=0, started=moment.started, seconds=0.5, out=out)


def _renamed(capture: Capture, renames: Mapping[str, str]) -> Capture:
    def swap(content: bytes) -> bytes:
        for old, new in renames.items():
            content = content.replace(old.encode(), new.encode())
        return content

    files = tuple(CollectedFile(swap(each.path.encode()).decode(), swap(each.content)) for each in capture.files)
    return replace(capture, out=swap(capture.out), err=swap(capture.err), files=files)


if __name__ == "__main__":
    main(sys.argv[1:])
