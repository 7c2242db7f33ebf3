"""The API server's lists, of a truth."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.analyzer.random_nodes.truth import Lun, Node, Place

Item = dict[str, object]
_ELSEWHERE = "worker-2"


def objects(node: Node) -> dict[str, str]:
    lists = {
        "nodes": list(_nodes(node)),
        "pods": [_pod(node, lun) for lun in node.luns if lun.wanted.pod is not Place.NOWHERE],
        "persistentvolumes": [_volume(node, lun) for lun in node.luns if lun.wanted.is_csi and lun.wanted.pv_listed],
        "persistentvolumeclaims": [_claim(lun) for lun in node.luns if lun.wanted.is_csi],
        "volumeattachments": [_attachment(node, lun) for lun in node.luns if lun.wanted.attached is not Place.NOWHERE],
    }
    return {kind: _list(kind, items) for kind, items in lists.items()}


def _list(kind: str, items: list[Item]) -> str:
    lines = ",\n".join(json.dumps(item) for item in items)
    return f'{{"apiVersion": "v1", "kind": "{kind}List", "items": [\n{lines}\n]}}\n'


def _nodes(node: Node) -> Iterator[Item]:
    known = [(_ELSEWHERE, "5b0a7000-0000-4000-8000-000000000002")]
    if node.in_cluster:
        known.insert(0, (node.name, node.boot_id_in_cluster))
    for name, boot_id in known:
        ready = [{"type": "Ready", "status": "True"}]
        status = {"conditions": ready, "nodeInfo": {"bootID": boot_id, "kubeletVersion": "v1.29.4"}}
        yield {"metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}}, "status": status}


def _on(node: Node, place: Place) -> str:
    return node.name if place is Place.HERE else _ELSEWHERE


def _pod(node: Node, lun: Lun) -> Item:
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"data-{lun.number}"}}
    return {
        "metadata": {"name": f"app-{lun.number}", "namespace": "shop", "uid": f"5a1f-{lun.number}"},
        "spec": {"nodeName": _on(node, lun.wanted.pod), "volumes": [volume]},
        "status": {"phase": "Succeeded" if lun.wanted.pod_finished else "Running"},
    }


def _volume(node: Node, lun: Lun) -> Item:
    attributes = {"backend": "iscsi-155", **({"lunWWN": lun.wwn} if lun.wanted.pv_names_wwn else {})}
    csi = {"driver": node.driver, "volumeHandle": lun.pv, "volumeAttributes": attributes}
    claim = {"namespace": "shop", "name": f"data-{lun.number}"}
    return {"metadata": {"name": lun.pv}, "spec": {"csi": csi, "claimRef": claim}, "status": {"phase": "Bound"}}


def _claim(lun: Lun) -> Item:
    return {
        "metadata": {"name": f"data-{lun.number}", "namespace": "shop"},
        "spec": {"volumeName": lun.pv},
        "status": {"phase": "Bound" if lun.wanted.pv_listed else "Lost"},
    }


def _attachment(node: Node, lun: Lun) -> Item:
    info: dict[str, object] = {"tgtLunWWN": lun.wwn}
    if lun.paths and lun.paths[0].link.is_fc:
        info["tgtWWNs"] = [path.link.wwpn for path in lun.paths]
    else:
        info["tgtIQNs"] = [lun.array]
    metadata = {"attachmentMetadata": {"publishInfo": json.dumps(info)}} if lun.wanted.publish_info else {}
    return {
        "metadata": {"name": f"csi-{lun.number}"},
        "spec": {
            "attacher": node.driver,
            "nodeName": _on(node, lun.wanted.attached),
            "source": {"persistentVolumeName": lun.pv},
        },
        "status": {"attached": True, **metadata},
    }
