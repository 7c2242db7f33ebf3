"""`<kubelet>/plugins/kubernetes.io/csi/…/vol_data.json` -> KubeletVolumes.

Input    the files; one is `{"driverName":"csi.huawei.com","volumeHandle":"fc-155.pvc-…",…}`.  Up to Kubernetes 1.23 its
         folder is `pv/<PV>/`, from 1.24 on `<driver>/<SHA-256 of the handle>/` for volumes with a file system.
Output   every file in the order collected; PV by `specVolID`, else by its folder.
Errors   ParseError on a file that is no such JSON object: cut off, or being written.
Source   kubernetes, pkg/volume/csi/csi_attacher.go and csi_util.go.
"""

from __future__ import annotations

import json

from analyzer.facts import ParseError, Span
from analyzer.facts.kubelet_volumes import KubeletVolumes, StagedVolume
from analyzer.parsers import Parser, TextFile

_PROBE = "kubelet_volumes"


def parse(files: tuple[TextFile, ...]) -> KubeletVolumes:
    return KubeletVolumes(tuple(_volume(file) for file in files))


def _volume(file: TextFile) -> StagedVolume:
    values = _values(file)
    pv = values.get("specVolID", "")
    folder, _, name = file.path.rpartition("/vol_data.json")[0].rpartition("/")
    return StagedVolume(
        path=file.path,
        driver=values.get("driverName", ""),
        handle=values.get("volumeHandle", ""),
        pv=pv or (name if folder.endswith("/pv") else ""),
        span=Span(file.source, 1, 1, (file.text.split("\n")[0],)),
    )


def _values(file: TextFile) -> dict[str, str]:
    try:
        found = json.loads(file.text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ParseError(_PROBE, 1, f"{file.path} is no JSON object of words")
    return found


PARSER = Parser(_PROBE, KubeletVolumes, parse, reads_files=True)
