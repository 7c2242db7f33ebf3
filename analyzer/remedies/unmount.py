"""Unmounting what does not belong at a pod's mount point: from the top of the stack down, and nothing else.

Safety   each `umount` re-reads what lies on top at that point (device and root), and that no process of the pod runs.
         Never lazy, never by force: a busy mount stays, for somebody uses it.
Order    a mount on a shared one is repeated at every mount of its peer group; the kernel takes all of them away with
         one `umount`.  So each layer is one step, and one that has gone already is done.
Source   mount_namespaces(7), umount(8); recorded on a real kernel: mountpoint.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.facts.host import Mount
from analyzer.facts.identifiers import DeviceNumber, KubeletPath, MountRoot, PodUid
from analyzer.guards import MountIs, PodHasNoProcess
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text


def unmount(node: str, layers: Iterable[Mount], uid: str) -> tuple[Step, ...]:
    """`layers` are the mounts to take away at one point, the top first; UnsafeValueError when one cannot be named."""
    pod = PodUid(uid)
    return tuple(_steps(node, tuple(layers), pod))


def _steps(node: str, layers: tuple[Mount, ...], pod: PodUid) -> Iterator[Step]:
    for number, layer in enumerate(layers, start=1):
        point = KubeletPath(layer.mount_point)
        wrong = MountIs(point, DeviceNumber(layer.dev_t), MountRoot(layer.root))
        yield Step(
            host=node,
            phase=Phase.UNMOUNT,
            target=f"{point}#{number}",
            effect=Effect.DESTROYS,
            does=Text(
                en="Unmount {source} (layer {number} of {all}), which does not belong there, from {point}",
                zh="从 {point} 卸载不属于该位置的 {source}（第 {number} 层，共 {all} 层）",
            ).fill(source=layer.source or layer.dev_t, number=number, all=len(layers), point=point),
            command=Command(("umount", point)),
            expect=Text(en="No output.", zh="无输出。"),
            if_fails=Text(
                en="`target is busy`: a process uses it. Do not use `umount -l` or `-f`; "
                "`fuser -vm {point}` shows who it is. Collect again.",
                zh="`target is busy` 表示有进程正在使用。不要使用 `umount -l` 或 `-f`；"
                "用 `fuser -vm {point}` 查看占用者，并重新采集。",
            ).fill(point=point),
            guards=(wrong, PodHasNoProcess(pod)),
        )
