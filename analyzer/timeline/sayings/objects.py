"""What the cluster's objects and the nodes' own answers date, in words."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.timeline.moments import Kind
from analyzer.timeline.sayings.saying import BESIDE, NEVER, TELLING, TURNING, Saying, bad, good, neutral

NODES: Mapping[str, Saying] = {
    "node-booted": neutral(Kind.NODE_START, TELLING, "boot", "{node} booted", "{node} 启动"),
    "node-lost": bad(
        Kind.CONDITION,
        TURNING,
        "node",
        "{node} stopped answering the API server ({reason})",
        "{node} 不再响应 API server（{reason}）",
    ),
    "node-not-ready": bad(
        Kind.CONDITION,
        TURNING,
        "node",
        "{node} went NotReady",
        "{node} 变为 NotReady",
    ),
    "node-last-heard": neutral(
        Kind.CONDITION,
        NEVER,
        "heard",
        "{node} reported to the API server for the last time",
        "{node} 最后一次向 API server 上报",
    ),
    "node-ready": good(Kind.CONDITION, TELLING, "node-back", "{node} became Ready", "{node} 变为 Ready"),
    "node-pressure": bad(
        Kind.CONDITION,
        TELLING,
        "pressure",
        "{node} reported {condition} ({reason})",
        "{node} 上报 {condition}（{reason}）",
    ),
    "node-event-bad": bad(
        Kind.EVENT, TELLING, "node", "{node}: {reason}: {message}", "{node} 的事件 {reason}：{message}"
    ),
    "node-event": neutral(
        Kind.EVENT, NEVER, "node", "{node}: {reason}: {message}", "{node} 的事件 {reason}：{message}"
    ),
    "node-rebooted": neutral(Kind.EVENT, TURNING, "boot", "{node} came back with a new boot", "{node} 重启后重新上线"),
    "kubelet-started": neutral(Kind.EVENT, TELLING, "kubelet", "the kubelet started", "kubelet 启动"),
}

PODS: Mapping[str, Saying] = {
    "pod-created": neutral(
        Kind.POD, NEVER, "pod-made", "pod[s] {names} [was|were] created", "Pod {names} 被创建", "pod"
    ),
    "pod-scheduled": neutral(
        Kind.POD, TELLING, "pod", "the scheduler chose {node} for pod[s] {names}", "Pod {names} 被调度到 {node}", "pod"
    ),
    "pod-started": neutral(
        Kind.POD,
        TELLING,
        "pod",
        "pod[s] {names} began to start on {node}",
        "Pod {names} 已调度到 {node}，开始创建容器",
        "pod",
    ),
    "driver-pod-started": neutral(
        Kind.POD,
        TELLING,
        "driver-pod",
        "the driver's pod[s] {names} began to start on {node}",
        "驱动的 Pod {names} 已调度到 {node}，开始创建容器",
        "pod",
    ),
    "pod-deleted": neutral(
        Kind.POD,
        TURNING,
        "pod-gone",
        "pod[s] {names} should have ended by now, for [it is|they are] being deleted",
        "Pod {names} 正在删除，此时本应已终止",
        "pod",
    ),
    "pod-event-bad": bad(
        Kind.EVENT,
        BESIDE,
        "pod-trouble",
        "pod[s] {names}: {reason}: {message}",
        "Pod {names} 的事件 {reason}：{message}",
        "pod",
    ),
    "pod-not-scheduled": bad(
        Kind.EVENT,
        TURNING,
        "pod-trouble",
        "no node could take pod[s] {names}: {message}",
        "没有节点可以运行 Pod {names}：{message}",
        "pod",
    ),
    "pod-not-attached": bad(
        Kind.EVENT,
        TELLING,
        "attach",
        "the volumes of pod[s] {names} could not be attached: {message}",
        "Pod {names} 的卷未能 attach：{message}",
        "pod",
    ),
    "pod-not-mounted": bad(
        Kind.EVENT,
        TELLING,
        "stage",
        "pod[s] {names} could not start, because [its volume was|their volumes were] not ready: {message}",
        "Pod {names} 无法启动，卷未就绪：{message}",
        "pod",
    ),
    "pod-evicted": bad(
        Kind.EVENT,
        TURNING,
        "pod-gone",
        "pod[s] {names} [was|were] evicted: {message}",
        "Pod {names} 被驱逐：{message}",
        "pod",
    ),
    "object-event-bad": bad(
        Kind.EVENT,
        BESIDE,
        "object",
        "{kind}[s] {names}: {reason}: {message}",
        "{kind} {names} 的事件 {reason}：{message}",
        "name",
    ),
    "claim-not-provisioned": bad(
        Kind.EVENT,
        TURNING,
        "claim",
        "no volume could be made for claim[s] {names}: {message}",
        "无法为 PVC {names} 创建卷：{message}",
        "name",
    ),
    "object-event": neutral(
        Kind.EVENT,
        NEVER,
        "object",
        "{kind}[s] {names}: {reason}: {message}",
        "{kind} {names} 的事件 {reason}：{message}",
        "name",
    ),
}

CLUSTER: Mapping[str, Saying] = {
    "attachment-elsewhere": neutral(
        Kind.ATTACHMENT,
        TURNING,
        "attached",
        "Kubernetes asked for volume[s] {names} to be attached to {node}",
        "Kubernetes 请求将卷 {names} attach 到 {node}",
        "pv",
    ),
    "attachment-made": neutral(
        Kind.ATTACHMENT,
        TELLING,
        "attached",
        "Kubernetes asked for volume[s] {names} to be attached to {node}",
        "Kubernetes 请求将卷 {names} attach 到 {node}",
        "pv",
    ),
    "attachment-deleted": neutral(
        Kind.ATTACHMENT,
        TURNING,
        "detached",
        "Kubernetes asked for volume[s] {names} to be detached from {node}, and this is not done",
        "Kubernetes 请求将卷 {names} 从 {node} 解除 attach，尚未完成",
        "pv",
    ),
    "attach-error": bad(
        Kind.ATTACHMENT,
        TURNING,
        "attach",
        "attaching volume[s] {names} to {node} failed: {says}",
        "卷 {names} attach 到 {node} 失败：{says}",
        "pv",
    ),
    "detach-error": bad(
        Kind.ATTACHMENT,
        TURNING,
        "detached",
        "detaching volume[s] {names} from {node} failed: {says}",
        "卷 {names} 从 {node} 解除 attach 失败：{says}",
        "pv",
    ),
    "lease-stale": bad(
        Kind.LEASE,
        TURNING,
        "lease",
        "the last sign[s] of life of {names} ([its lease was|their leases were] not renewed after this)",
        "{names} 最后一次续租，此后再无活动迹象",
        "lease",
    ),
    "lease-taken": neutral(
        Kind.LEASE, TELLING, "lease", "{holder} took over as {names}", "{holder} 接管 {names}", "lease"
    ),
    "collected": neutral(
        Kind.COLLECTED, NEVER, "collected", "the data of this report were collected", "采集本报告的数据"
    ),
}

SAYINGS: Mapping[str, Saying] = {**NODES, **PODS, **CLUSTER}
