"""What a manifest of Kubernetes rights allows, judged as an API server does: what no rule grants is refused.

Source   Kubernetes documentation, "Using RBAC Authorization": rules only add; a Role counts in its own namespace; a
         subresource is a resource of its own; `resourceNames` never allow a list.  Its default roles let everybody
         read `PUBLIC` (system:public-info-viewer): some builds of kubectl ask for the version by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

ACCOUNT = {"kind": "ServiceAccount", "name": "csi-triage", "namespace": "huawei-csi"}
PUBLIC = ("/version",)


@dataclass(frozen=True)
class Grant:
    """One verb on one resource; `namespace` is "" for all of them."""

    namespace: str
    group: str
    resource: str
    verb: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rights:
    grants: tuple[Grant, ...]

    def allow(self, path: str) -> bool:
        if path in PUBLIC:
            return True
        asked, name = question(path)
        return any(
            (grant.group, grant.resource, grant.verb) == (asked.group, asked.resource, asked.verb)
            and grant.namespace in ("", asked.namespace)
            and (not grant.names or name in grant.names)
            for grant in self.grants
        )

    def without(self, grant: Grant) -> Rights:
        return Rights(tuple(one for one in self.grants if one != grant))


def rights_of(manifest: str) -> Rights:
    """Of the roles only those that a binding gives to the account."""
    objects = [one for one in yaml.safe_load_all(manifest) if one]
    roles = {_place(one): one["rules"] for one in objects if one["kind"] in ("Role", "ClusterRole")}
    bindings = [one for one in objects if one["kind"].endswith("Binding") and ACCOUNT in one["subjects"]]
    return Rights(tuple(grant for binding in bindings for grant in _granted(binding, roles)))


def question(path: str) -> tuple[Grant, str]:
    """The path of a GET as the API server understands it."""
    words = path.strip("/").split("/")
    group, rest = ("", words[2:]) if words[0] == "api" else (words[1], words[3:])
    namespace, rest = (rest[1], rest[2:]) if rest[0] == "namespaces" and len(rest) > 2 else ("", rest)
    name = rest[1] if len(rest) > 1 else ""
    return Grant(namespace, group, "/".join(rest[::2][:2]), "get" if name else "list"), name


def _granted(binding: dict, roles: dict) -> Iterator[Grant]:
    role = binding["roleRef"]
    namespace = binding["metadata"].get("namespace", "")
    for rule in roles[role["kind"], namespace if role["kind"] == "Role" else "", role["name"]]:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                names = tuple(rule.get("resourceNames", ()))
                yield from (Grant(namespace, group, resource, verb, names) for verb in rule["verbs"])


def _place(role: dict) -> tuple[str, str, str]:
    return role["kind"], role["metadata"].get("namespace", ""), role["metadata"]["name"]
