"""Deployments of the driver -> Deployments.

Input    `cluster/deployments.json`.
Output   every Deployment in the order listed.
Source   Kubernetes API, apps/v1 Deployment.
"""

from __future__ import annotations

from analyzer.facts.workloads import Deployments
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Places, items_of
from analyzer.parsers.workload import WorkloadObject, workload

KIND = "deployments"


def parse(text: str) -> Deployments:
    places = Places(KIND, text)
    return Deployments(tuple(workload("Deployment", item, places) for item in items_of(KIND, text, WorkloadObject)))


PARSER = ObjectParser(KIND, Deployments, parse)
