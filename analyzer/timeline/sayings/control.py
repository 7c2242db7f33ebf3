"""What the CSI driver's controller says of attaching and of the arrays, and what the sidecars say, in words."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.timeline.moments import Kind
from analyzer.timeline.sayings.saying import NEVER, TELLING, TURNING, Saying, bad, good, neutral

ATTACHING: Mapping[str, Saying] = {
    "driver-attached": good(
        Kind.ATTACHMENT,
        TELLING,
        "attached",
        "the driver mapped volume[s] {names} to {host} on the array",
        "驱动在阵列上将卷 {names} 映射给 {host}",
        "pv",
        "host",
    ),
    "driver-attach-failed": bad(
        Kind.ATTACHMENT,
        TURNING,
        "attach",
        "the driver could not map volume[s] {names} to {host} on the array: {says}",
        "驱动未能在阵列上将卷 {names} 映射给 {host}：{says}",
        "pv",
        "host",
        "says",
    ),
    "driver-controller-unpublish": neutral(
        Kind.ATTACHMENT,
        TURNING,
        "detached",
        "the driver began to unmap volume[s] {names} from {host} on the array (detach)",
        "驱动开始在阵列上解除卷 {names} 对 {host} 的映射（detach）",
        "pv",
        "host",
    ),
    "driver-detach-skipped": bad(
        Kind.ATTACHMENT,
        TURNING,
        "detached",
        "the driver left volume[s] {names} mapped on the array, because it no longer knows the backend",
        "驱动因找不到后端，未在阵列上解除卷 {names} 的映射",
        "pv",
    ),
    "driver-initiator-in-use": bad(
        Kind.ATTACHMENT,
        TURNING,
        "initiator",
        "the array refused the {kind} initiator[s] {names}: [it belongs|they belong] to another host already",
        "阵列拒绝了 {kind} 启动器 {names}：它已属于另一台主机",
        "name",
        "kind",
    ),
    "driver-initiator-missing": bad(
        Kind.ATTACHMENT,
        TURNING,
        "initiator",
        "the driver found no initiator (iSCSI, FC or NVMe name) of the node",
        "驱动未找到该节点的启动器（iSCSI、FC 或 NVMe 名称）",
    ),
    "driver-login-refused": bad(
        Kind.DRIVER,
        TURNING,
        "array",
        "the array's management ({url}) refused the driver's login: {says}",
        "阵列管理接口（{url}）拒绝驱动登录：{says}",
        "",
        "url",
        "says",
    ),
    "driver-array-no-answer": bad(
        Kind.DRIVER,
        TURNING,
        "array",
        "the array's management ({names}) did not answer the driver",
        "阵列管理接口（{names}）未响应驱动",
        "url",
    ),
    "driver-backend-offline": bad(
        Kind.DRIVER,
        TELLING,
        "array",
        "the driver took the backend[s] {names} for offline",
        "驱动判定后端 {names} 离线",
        "backend",
    ),
}

SIDECARS: Mapping[str, Saying] = {
    "sidecar-driver-lost": bad(
        Kind.SIDECAR, TELLING, "driver", "a sidecar had no connection to the driver", "sidecar 未能连接驱动"
    ),
    "sidecar-lease-lost": bad(
        Kind.SIDECAR,
        TURNING,
        "lease",
        "a sidecar of the driver's controller could not keep its lease",
        "驱动控制器的 sidecar 未能保住租约",
    ),
    "sidecar-lease-forbidden": bad(
        Kind.SIDECAR,
        TURNING,
        "lease",
        "a sidecar of the driver was not allowed to {verb} its lease",
        "驱动的 sidecar 无权对其租约执行 {verb}",
        "",
        "verb",
    ),
    "sidecar-lease-acquired": good(
        Kind.SIDECAR,
        NEVER,
        "lease-back",
        "a sidecar of the driver's controller took up its lease",
        "驱动控制器的 sidecar 获得租约",
    ),
    "sidecar-port-in-use": bad(
        Kind.SIDECAR,
        TURNING,
        "driver",
        "the driver's liveness probe could not start: port[s] {names} [was|were] taken",
        "驱动的存活探针无法启动：端口 {names} 被占用",
        "port",
    ),
}

SAYINGS: Mapping[str, Saying] = {**ATTACHING, **SIDECARS}
