"""The cluster's part of the plan -> Kubernetes objects with the least rights, as YAML.

Input    the API reads; the ways through the cluster that shall be open; the driver's namespace; the names of the
         backends' ConfigMaps, when they are known.
Output   a ServiceAccount, a ClusterRole that lists, Roles for the driver's namespace and the leases, their bindings.
Errors   none; names are checked where they are typed.
Source   Kubernetes API reference, rbac.authorization.k8s.io/v1.  JSON lists are YAML too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from collector.planning.model import DRIVER_NAMESPACE, ApiRead
from collector.ways import WayShown

NAME = "csi-triage"


@dataclass(frozen=True, slots=True)
class Rule:
    group: str
    resources: tuple[str, ...]
    verb: str
    names: tuple[str, ...] = ()  # of the objects; without them any


@dataclass(frozen=True, slots=True)
class Role:
    """`namespace` is "" for a ClusterRole."""

    namespace: str
    rules: tuple[Rule, ...]


def to_rbac(
    reads: Sequence[ApiRead], *, namespace: str, configmaps: Sequence[str] = (), ways: Sequence[WayShown] = ()
) -> Iterator[str]:
    yield "# What `csi-collector collect --kubeconfig` needs: it lists and gets; no Secrets, no watch, no write."
    if ways:
        kinds = " and ".join(f"`{way.kind}`" for way in ways)
        yield f"# And what {kinds} to the nodes needs: with `create pods/exec` one is root on"
        yield "# every node where the driver's pod runs.  Grant it for the hour of collecting, or collect by SSH."
    yield "# Of each object only the fields that `csi-collector plan` names reach the bundle."
    if not configmaps:
        yield "# To allow only the backends' ConfigMaps by name, give each as --configmap; they are listed by"
        yield "#   kubectl get storagebackendclaims -A -o custom-columns=:spec.configmapMeta"
    yield "# A kubeconfig for an hour: put the token of"
    yield f"#   kubectl create token {NAME} --namespace {namespace} --duration 1h"
    yield "# in place of the user's in a copy of yours."
    yield from _document("v1", "ServiceAccount", namespace)
    for role in roles((*reads, *_of_ways(ways)), namespace=namespace, configmaps=configmaps):
        yield from _role(role, account_in=namespace)


def _of_ways(ways: Sequence[WayShown]) -> Iterator[ApiRead]:
    for verb, resource in dict.fromkeys(pair for way in ways for pair in way.allowed):
        yield ApiRead("", verb, "", resource, "" if resource == "nodes" else DRIVER_NAMESPACE, "")


def roles(reads: Iterable[ApiRead], *, namespace: str, configmaps: Sequence[str]) -> Iterator[Role]:
    def place(read: ApiRead) -> str:
        return namespace if read.namespace == DRIVER_NAMESPACE else read.namespace

    for where, within in groupby(sorted(reads, key=place), key=place):
        yield Role(where, tuple(_rules(within, configmaps)))


def _rules(reads: Iterable[ApiRead], configmaps: Sequence[str]) -> Iterator[Rule]:
    def kind(read: ApiRead) -> tuple[str, str, tuple[str, ...]]:
        return read.group, read.verb, tuple(configmaps) if read.resource == "configmaps" else ()

    for (group, verb, names), of_kind in groupby(sorted(reads, key=kind), key=kind):
        yield Rule(group, tuple(sorted({read.resource for read in of_kind})), verb, names)


def _role(role: Role, *, account_in: str) -> Iterator[str]:
    api, prefix = "rbac.authorization.k8s.io/v1", "" if role.namespace else "Cluster"
    yield from _document(api, f"{prefix}Role", role.namespace)
    yield "rules:"
    for rule in role.rules:
        yield f"- apiGroups: {json.dumps([rule.group])}"
        yield f"  resources: {json.dumps(rule.resources)}"
        if rule.names:
            yield f"  resourceNames: {json.dumps(rule.names)}"
        yield f"  verbs: {json.dumps([rule.verb])}"
    yield from _document(api, f"{prefix}RoleBinding", role.namespace)
    yield f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {prefix}Role, name: {NAME}}}"
    yield f"subjects: [{{kind: ServiceAccount, name: {NAME}, namespace: {json.dumps(account_in)}}}]"


def _document(api: str, kind: str, namespace: str) -> Iterator[str]:
    yield "---"
    yield f"apiVersion: {api}"
    yield f"kind: {kind}"
    yield (
        f"metadata: {{name: {NAME}, namespace: {json.dumps(namespace)}}}"
        if namespace
        else f"metadata: {{name: {NAME}}}"
    )
