"""What to look at when the node itself does not tell why a Fibre Channel device is missing: by hand, reading only."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.findings import Affected
from analyzer.remedies.pods import see_whether_they_run
from analyzer.runbook import Effect, Phase, Step
from analyzer.texts import Text

COLLECT = Text(en="Collect again after the change, and compare the bundles.", zh="修改后重新采集，并比较两次的诊断包。")
LISTED = Text(en=" ({wwpns})", zh="（WWPN 为 {wwpns}）")
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
    listed = LISTED.fill(wwpns=", ".join(wwpns)) if wwpns else ""
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
    return (check, *see_whether_they_run(users))
