"""A pod as `kubectl debug` posts it: the API's protobuf encoding, of which the fields that matter here are read.

Input    the body of a request.  Output  the pod as the JSON API spells it.
Source   k8s.io/api/core/v1/generated.proto for the numbers; an envelope "k8s\\0" + Unknown { raw = 2 }.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

ENVELOPE = b"k8s\0"
Fields = dict[int, list[Any]]


def pod_of(body: bytes) -> dict[str, Any]:
    if not body.startswith(ENVELOPE):
        found: dict[str, Any] = json.loads(body)
        return found
    pod = _fields(_fields(body.removeprefix(ENVELOPE))[2][0])
    meta, spec = _fields(pod[1][0]), _fields(pod[2][0])
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": _text(meta, 1), "namespace": _text(meta, 3)},
        "spec": {
            "nodeName": _text(spec, 10),
            "hostPID": bool(spec[12]),
            "containers": [_container(_fields(one)) for one in spec[2]],
        },
    }


def _container(fields: Fields) -> dict[str, Any]:
    security = _fields(fields[15][0]) if fields[15] else defaultdict(list)
    return {
        "name": _text(fields, 1),
        "image": _text(fields, 2),
        "command": [word.decode() for word in fields[3]],
        "securityContext": {"privileged": bool(security[2])},
    }


def _text(fields: Fields, number: int) -> str:
    return "".join(word.decode() for word in fields[number])


def _fields(message: bytes) -> Fields:
    found: Fields = defaultdict(list)
    at = 0
    while at < len(message):
        tag, at = _number(message, at)
        value, at = _number(message, at)
        if tag & 7 == 2:
            value, at = message[at : at + value], at + value
        found[tag >> 3].append(value)
    return found


def _number(message: bytes, at: int) -> tuple[Any, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at
