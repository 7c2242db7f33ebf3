"""`python -m samples.compose CAPTURES [NAME…]`: write the sample folders from a checkout of recorded outputs."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bundle.capture import Capture, CollectedFile, NodeSnapshot, Status
from collector.node_program.ended import End, judge
from collector.probes import AnyProbe, FileProbe, catalogue
from collector.redaction.redact import redact
from samples.composing import around, driver_log, host
from samples.composing.fibre_channel import fc_device_not_found
from samples.composing.folder import write_bundle, write_json
from samples.composing.iscsi_module import iscsi_module
from samples.composing.many_nodes import demo, outage
from samples.composing.objects import Cluster
from samples.composing.readme import readme
from samples.composing.recorded import Moment, recorded
from samples.composing.scenarios import STORAGE, Expected, Sample, SampleNode

HERE = Path(__file__).parent


def main(arguments: list[str]) -> None:
    captures, names = Path(arguments[0]), arguments[1:]
    samples = (*STORAGE, iscsi_module(captures), fc_device_not_found(), outage(), demo())
    for sample in samples:
        if not names or sample.name in names:
            write(captures, sample)


def write(captures: Path, sample: Sample) -> None:
    nodes = [node_snapshot(captures, node) for node in sample.nodes]
    started, asked = min(node.started for node in nodes), max(node.started for node in nodes)
    cluster = Cluster(asked, sample.machines, sample.placed, unattached=sample.unattached, events=sample.events)
    folder = HERE / sample.name
    write_bundle(folder, started=started, cluster=cluster.snapshot(), nodes=nodes)
    write_json(folder / "EXPECTED.json", expected(sample))
    (folder / "README.md").write_text(readme(sample))


def expected(sample: Sample) -> dict[str, object]:
    parts: Sequence[Expected] = sample.expected
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
    inconclusive = {node: list(rules) for node, rules in sample.inconclusive.items()}
    return {"exit_code": 1 if findings else 0, "findings": findings, "inconclusive": inconclusive, "runbooks": runbooks}


def node_snapshot(captures: Path, node: SampleNode) -> NodeSnapshot:
    moment = Moment.of(captures / node.moment)
    staged = driver_log.staged(moment.started, node.staged)
    facts = around.Around(
        captures=captures,
        hostname="worker-1",  # as recorded; renamed with the rest
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
    answers.setdefault("sysfs_fc", Capture("sysfs_fc", Status.EMPTY, exit_code=21, started=moment.started))
    for probe in ("sg_turs", "sg_luns"):
        answers.setdefault(probe, around.absent(moment.started, probe, f"{probe}: not found on this node"))
    answers["nfs_mount"] = Capture("nfs_mount", Status.EMPTY, exit_code=21, started=moment.started)
    answers["direct_read"] = around.direct_read(moment, answers)
    replaced = {capture.probe: capture for capture in node.replaced}
    answers |= {**host.composed(moment, node.name, {**answers, **replaced}), **replaced}
    ordered = tuple(_finished(probe, _renamed(answers[probe.name], node.renames)) for probe in catalogue())
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


def _finished(probe: AnyProbe, capture: Capture) -> Capture:
    """As the collector would have kept it: judged and without secrets."""
    capture = replace(capture, argv=_argv(probe))
    if capture.status in (Status.UNREACHABLE, Status.TIMEOUT):
        return capture
    if capture.status is Status.ABSENT:
        missing = capture.reason.partition(":")[0]
        status, reason = judge(probe, End("absent", missing=missing), b"", b"", truncated=False, files=0)
        return Capture(probe.name, status, argv=capture.argv, started=capture.started, reason=reason)
    out, err = redact(capture.out).data, redact(capture.err).data
    files = tuple(replace(file, content=redact(file.content).data) for file in capture.files)
    end = End("exited", capture.exit_code)
    status, reason = judge(probe, end, out, err, truncated=False, files=len(files))
    return replace(capture, status=status, reason=reason, out=out, err=err, files=files)


def _argv(probe: AnyProbe) -> tuple[str, ...]:
    """The command; of a probe that is a loop in shell, and of files, none: the catalogue has it."""
    return () if isinstance(probe, FileProbe) or probe.argv[0] == "sh" else probe.argv


def _no_lvm(moment: Moment, answers: Mapping[str, Capture]) -> Capture:
    blocked = re.search(r"^(\w+)/device/state:blocked$", answers["sysfs_block"].out.decode(), re.MULTILINE)
    why = "map mpatha queues without a usable path" if b"queue_if_no_path" in answers["multipath_ll"].out else ""
    if blocked or why:
        reason = f"skipped: {why or f'disk {blocked.group(1)} is blocked'}, a reader would hang"
        err = f"{reason}\n".encode()
        return Capture("lvm_pvs", Status.FAILED, exit_code=75, started=moment.started, reason=reason, err=err)
    out = around.NO_PHYSICAL_VOLUMES
    return Capture("lvm_pvs", Status.COLLECTED, exit_code=0, started=moment.started, seconds=0.5, out=out)


def _renamed(capture: Capture, renames: Mapping[str, str]) -> Capture:
    def swap(content: bytes) -> bytes:
        for old, new in renames.items():
            content = content.replace(old.encode(), new.encode())
        return content

    files = [CollectedFile(swap(each.path.encode()).decode(), swap(each.content)) for each in capture.files]
    if capture.probe == "kubelet_volumes":  # in the order of the shell's glob
        files.sort(key=lambda each: each.path)
    return replace(capture, out=swap(capture.out), err=swap(capture.err), files=tuple(files))


if __name__ == "__main__":
    main(sys.argv[1:])
