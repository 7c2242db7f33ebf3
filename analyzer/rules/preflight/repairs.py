"""The steps that mend a lack: those of the rule that is about nothing else, so that a runbook has them once."""

from __future__ import annotations

from analyzer.facts import Unknown
from analyzer.remedies.manual import step_by_hand
from analyzer.rules.host import multipathd_steps
from analyzer.rules.iscsi import module_steps
from analyzer.rules.nfs import client_steps
from analyzer.rules.preflight.lacks import Host, Lack
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text

AGAIN = Text(en="Collect again, and compare.", zh="请重新采集并比较。")


def steps(node: str, lack: Lack, host: Host) -> tuple[Step, ...]:
    if lack.target == "mount.nfs":
        return client_steps.install(node, "nfs", host.release)
    if lack.target == multipathd_steps.UNIT:
        service = None if isinstance(host.services, Unknown) else host.services.get(multipathd_steps.UNIT)
        return multipathd_steps.start(node, service)
    if lack.target == module_steps.MODULE:
        return module_steps.load(node, host.loading, host.at_boot)
    return (_step(node, lack),)


def _step(node: str, lack: Lack) -> Step:
    if not lack.command:
        return step_by_hand(node, f"prepare-{lack.target}", lack.repair, Phase.CONFIGURE)
    return Step(
        host=node,
        phase=Phase.CONFIGURE,
        target=f"prepare-{lack.target}",
        effect=Effect.CHANGES,
        does=lack.repair,
        command=Command(lack.command),
        expect=Text(en="No error; the service is active.", zh="无报错，服务处于 active 状态。"),
        if_fails=AGAIN,
    )
