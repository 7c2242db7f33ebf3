"""`python -m samples.scenario FAMILY/NAME -o FILE.tar.gz`: pack a scenario as a bundle, for `csi-analyzer`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bundle.writer import BundleWriter
from samples.scenario.loading import Scenario, load
from samples.scenario.telling import ScenarioError


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m samples.scenario", description=__doc__)
    parser.add_argument("scenario", help="for example residual/stale-fail")
    parser.add_argument("-o", dest="path", type=Path, required=True, help="the bundle to write")
    chosen = parser.parse_args(arguments)
    try:
        write(load(chosen.scenario), chosen.path)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def write(scenario: Scenario, path: Path) -> None:
    path.unlink(missing_ok=True)
    with BundleWriter(
        path,
        name=f"csi-bundle-{scenario.name.replace('/', '-')}",
        started=scenario.started,
        tool_version="0.1.0",
        options={"active": True, "driver_name": "csi.huawei.com"},
        targets=[node.node for node in scenario.nodes],
    ) as writer:
        if scenario.cluster is not None:
            writer.add_cluster(scenario.cluster)
        for node in scenario.nodes:
            writer.add_node(node)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
