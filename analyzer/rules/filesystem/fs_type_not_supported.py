"""A StorageClass asks for a file system that the driver does not make.

How we know
    Staging fails with `fsType <x> is not correct. [ext2, ext3, ext4, xfs] are support, Please check the storage class`.
Not reported here
    A file system that the driver knows and the host does not (node-not-prepared).
False alarms
    None known.
Remedy
    A StorageClass cannot be changed in this: a new one is made with a fsType that the driver knows, and the claim is
    made anew.  The volume was never formatted, so that nothing is lost with it.
Source
    eSDK_K8S_Plugin, csi/manage/manager_helper.go; Kubernetes: parameters of a StorageClass are immutable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.facts.failures import Failure, VolumeFailures
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.findings import Certainty, Evidence, Finding, Inconclusive, Severity
from analyzer.impact import users_of_volumes
from analyzer.remedies.manual import step_by_hand
from analyzer.rules import node_rule
from analyzer.rules.hearing import unheard
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text, lines

RULE = "fs-type-not-supported"
SAYS = re.compile(r"fsType (?P<fs>\S*) is not correct(?:\. \[(?P<known>[^\]]+)\])?")

TITLE = Text(en="The driver makes no file system {fs}: volume {volume}", zh="驱动不支持文件系统 {fs}：卷 {volume}")
CAUSE = Text(
    en="StorageClass {storage_class} asks for the file system `{fs}`, which the driver does not make; it knows "
    "{known}. Volume {volume} was created, but never formatted or mounted.",
    zh="StorageClass {storage_class} 要求的文件系统 `{fs}` 不受驱动支持；驱动支持 {known}。"
    "卷 {volume} 已创建，但从未格式化或挂载。",
)
DO = Text(
    en="Make a new StorageClass like {storage_class}, with fsType ext4 or xfs (spelt so; the parameters of the old one "
    "cannot be changed), delete the claim of {volume}, and make it anew with the new class. The volume holds no data",
    zh="参照 {storage_class} 新建 StorageClass，fsType 写为 ext4 或 xfs（区分大小写；原有参数不可修改），"
    "删除 {volume} 对应的 PVC，并用新的 StorageClass 重新创建。该卷上没有数据",
)
UNNAMED = Text(en="of this volume", zh="（该卷所用）")


@node_rule(RULE, Severity.ERROR, Text(en="File system type not supported", zh="不支持的文件系统类型"))
def fs_type_not_supported(
    node: str, failures: VolumeFailures, volumes: PersistentVolumes | Unknown, bindings: Bindings | Unknown
) -> Iterator[Finding | Inconclusive]:
    found = failures.saying(SAYS)
    for failure in found:
        known = () if isinstance(volumes, Unknown) else volumes.items
        volume = next((one for one in known if one.name == failure.pv), None)
        yield _finding(node, failure, volume, bindings)
    if not found:
        yield from unheard(RULE, node, failures)


def _finding(node: str, failure: Failure, volume: PersistentVolume | None, bindings: Bindings | Unknown) -> Finding:
    match = SAYS.search(failure.says)
    name = failure.pv or failure.volume or "?"
    fs = match["fs"] if match else "?"
    known = (match["known"] if match else "") or "ext2, ext3, ext4, xfs"
    storage_class = volume.storage_class if volume and volume.storage_class else UNNAMED
    spans = (*failure.spans[-2:], *((volume.span,) if volume else ()))
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        certainty=Certainty.CONFIRMED,
        nodes=(node,),
        subject=failure.subject,
        title=TITLE.fill(fs=fs, volume=name),
        cause=lines(CAUSE.fill(storage_class=storage_class, fs=fs, known=known, volume=name)),
        evidence=tuple(Evidence.of(node, span) for span in spans),
        affects=users_of_volumes(bindings, {failure.pv}),
        steps=(
            *_look(volume),
            step_by_hand(
                ADMIN, f"new-class-{name}", DO.fill(storage_class=storage_class, volume=name), Phase.CONFIGURE
            ),
        ),
    )


def _look(volume: PersistentVolume | None) -> Iterator[Step]:
    try:
        name = KubernetesName(volume.storage_class if volume else "")
    except UnsafeValueError:
        return
    yield Step(
        host=ADMIN,
        phase=Phase.CHECK,
        target=f"class-{name}",
        effect=Effect.READS,
        does=Text(en="Show StorageClass {name}", zh="查看 StorageClass {name}").fill(name=name),
        command=Command(("kubectl", "get", "storageclass", name, "-o", "yaml")),
        expect=Text(
            en="parameters.fsType, or csi.storage.k8s.io/fstype, has the name that the driver refuses",
            zh="parameters.fsType 或 csi.storage.k8s.io/fstype 的取值即为被驱动拒绝的名称",
        ),
        if_fails=Text(en="It was deleted since; the volume keeps its fsType.", zh="它已被删除；卷仍保留其 fsType。"),
    )
