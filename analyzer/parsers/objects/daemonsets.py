"""DaemonSets of the driver -> DaemonSets.

Input    `cluster/daemonsets.json`.
Output   every DaemonSet in the order listed.
Source   Kubernetes API, apps/v1 DaemonSet.
"""

from __future__ import annotations

from analyzer.facts.workloads import DaemonSets
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Places, items_of
from analyzer.parsers.workload import WorkloadObject, workload

KIND = "daemonsets"


def parse(text: str) -> DaemonSets:
    places = Places(KIND, text)
    return DaemonSets(tuple(workload("DaemonSet", item, places) for item in items_of(KIND, text, WorkloadObject)))


PARSER = ObjectParser(KIND, DaemonSets, parse)
