"""The probe catalogue: every question that is put to a node, in the fixed order in which answers are kept."""

from __future__ import annotations

from collector.probes import (
    block,
    device_mapper,
    fibre_channel,
    file_systems,
    host,
    initiators,
    iscsi,
    logs,
    multipath,
    network,
    nfs,
    nvme,
    runtime,
    scsi,
    services,
    ultrapath,
)
from collector.probes.probe import AnyProbe, FileProbe, Keep, Probe

TOPICS = (
    host,
    services,
    multipath,
    device_mapper,
    block,
    file_systems,
    scsi,
    iscsi,
    fibre_channel,
    nvme,
    initiators,
    ultrapath,
    runtime,
    nfs,
    network,
    logs,
)


def catalogue() -> tuple[AnyProbe, ...]:
    return tuple(probe for topic in TOPICS for probe in topic.PROBES)


__all__ = ["AnyProbe", "FileProbe", "Keep", "Probe", "catalogue"]
