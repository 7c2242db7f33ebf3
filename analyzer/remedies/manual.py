"""Steps by hand: told in words, because no command is safe or none can be built."""

from __future__ import annotations

from analyzer.runbook import Effect, Phase, Step
from analyzer.texts import Text

EXPECT = Text(en="Done by a human; a new collection shows the result.", zh="由人工完成；重新采集后可看到结果。")
IF_FAILS = Text(en="Ask support before you go on.", zh="继续之前请联系技术支持。")


def step_by_hand(host: str, target: str, does: Text, phase: Phase = Phase.RELEASE) -> Step:
    return Step(
        host=host,
        phase=phase,
        target=target,
        effect=Effect.CHANGES,
        does=does,
        command=None,
        expect=EXPECT,
        if_fails=IF_FAILS,
    )
