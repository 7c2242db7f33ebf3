"""How fast `multipath -ll` is read, and that nothing of it is lost.

    python -m benchmarks.parse_multipath_ll [MAPS]

Makes an answer of MAPS maps (5,000) with 4 paths each, hosts above 99
and LUNs above 255 among them, parses it, prints lines a second (the best of five), and prints the facts again in the
tool's form: every field must be the one that was read.
"""

from __future__ import annotations

import gc
import re
import sys
import time

from analyzer.facts.multipath import MultipathMap, MultipathMaps
from analyzer.parsers.multipath_ll import parse

PATHS = 4
ROUNDS = 5


def answer(maps: int) -> str:
    return "".join(_map(number) for number in range(maps))


def _map(number: int) -> str:
    state = "failed faulty running" if number % 7 == 0 else "active ready running"
    marks = ["|-"] * (PATHS - 1) + ["`-"]
    paths = "".join(f"  {mark} {_address(number, path)} {state}\n" for path, mark in enumerate(marks))
    return (
        f"mpath{number} (3618cf24100f8f457{number:05d}764c000001f6) dm-{number} HUAWEI,XSG1\n"
        "size=100G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n"
        f"`-+- policy='service-time 0' prio={50 if number % 2 else -1} status=active\n{paths}"
    )


def _address(number: int, path: int) -> str:
    return f"{path * 47 + 2}:0:{path}:{number % 600} sd{_letters(number * PATHS + path)} {8 + path}:{number}"


def _letters(number: int) -> str:
    return (_letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


def printed_again(facts: MultipathMaps) -> str:
    return "".join(_printed_map(found) for found in facts.maps)


def _printed_map(found: MultipathMap) -> str:
    lines = [
        f"{found.name} ({found.wwid}) {found.dm} {found.vendor},{found.product}",
        f"size={found.size} features='{found.features}' hwhandler='{found.hwhandler}' wp={found.write_protect}",
    ]
    for group in found.groups:
        lines.append(f"`-+- policy='{group.policy}' prio={group.prio} status={group.status}")
        for path in group.paths:
            mark = "`-" if path is group.paths[-1] else "|-"
            words = (path.hctl, path.device, path.dev_t, path.dm_state, path.checker_state, path.device_state)
            lines.append(f"  {mark} {' '.join(str(word) for word in words)}")
    return "\n".join(lines) + "\n"


def seconds_to_parse(text: str) -> float:
    gc.collect()
    start = time.perf_counter()
    parse(text)
    return time.perf_counter() - start


def main() -> int:
    text = answer(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
    lines = text.count("\n")
    best = min(seconds_to_parse(text) for _ in range(ROUNDS))
    print(f"{lines} lines, {lines / best:,.0f} lines/s")
    again = printed_again(parse(text))
    same = re.sub(r" +", " ", again) == re.sub(r" +", " ", text)
    print("printed again: every field is the one that was read" if same else "printed again: fields differ")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
