"""What to look at when the node itself does not tell why a Fibre Channel device is missing: by hand, reading only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.findings import Affected
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

COLLECT = Text(en="Collect again after the change, and compare the bundles.", zh="修改后重新采集，并比较两次的采集包。")
MAPPING = Text(
    en="On the array, check that the LUN of {volume} is mapped to this host with all of its initiators{wwpns}, on each "
    "array of a HyperMetro pair",
    zh="在阵列上检查 {volume} 的 LUN 是否映射给了该主机的所有启动器{wwpns}；双活场景下两台阵列都要检查",
)
ZONING = Text(
    en="On the switches, check link and zoning between this host's ports{wwpns} and the array's target ports",
    zh="在交换机上检查该主机端口{wwpns}与阵列目标端口之间的链路和 zone 划分",
)


def look_into(
    node: str, volume: str, wwpns: Sequence[str], users: Sequence[Affected], *, zoning: bool
) -> tuple[Step, ...]:
    listed = f" ({', '.join(wwpns)})" if wwpns else ""
    does = ZONING.fill(wwpns=listed) if zoning else MAPPING.fill(volume=volume, wwpns=listed)
    check = Step(
        host=node,
        phase=Phase.CHECK,
        target="fc-zoning" if zoning else f"fc-mapping-{volume}",
        effect=Effect.READS,
        does=does,
        command=None,
        expect=Text(en="It is so", zh="确认无误"),
        if_fails=COLLECT,
    )
    return (check, *_confirm(users))


def _confirm(users: Sequence[Affected]) -> Iterator[Step]:
    for user in users:
        try:
            namespace, pod = KubernetesName(user.namespace), KubernetesName(user.pod)
        except UnsafeValueError:
            continue
        yield Step(
            host=ADMIN,
            phase=Phase.CONFIRM,
            target=f"pod-{namespace}-{pod}",
            effect=Effect.READS,
            does=Text(en="See whether pod {pod} runs", zh="查看 Pod {pod} 是否已运行").fill(pod=f"{namespace}/{pod}"),
            command=Command(("kubectl", "get", "pod", pod, "-n", namespace, "-o", "wide")),
            expect=Text(
                en="Running, within two minutes: the kubelet tries again by itself",
                zh="两分钟内变为 Running：kubelet 会自动重试",
            ),
            if_fails=COLLECT,
        )
