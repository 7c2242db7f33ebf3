"""A small Kubernetes API server on loopback that serves the cluster objects of a sample to a real kubectl.

Input    a sample's `cluster` folder; kinds to forbid; a page size to force on clients that ask for more.
Output   lists with `limit` and `continue`, single objects, pod logs, /version and discovery; a kubeconfig.
Never    Secrets: they are forbidden, and requests for them are counted, so that a test can assert there were none.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

Json = dict[str, object]
CORE = ("nodes", "pods", "persistentvolumes", "persistentvolumeclaims", "events", "configmaps")
GROUPS = {
    "storage.k8s.io/v1": ("storageclasses", "volumeattachments", "csidrivers", "csinodes"),
    "coordination.k8s.io/v1": ("leases",),
    "apps/v1": ("daemonsets", "deployments"),
    "xuanwu.huawei.io/v1": ("storagebackendclaims", "storagebackendcontents"),
}
NAMESPACED = ("pods", "persistentvolumeclaims", "events", "configmaps", "leases", "daemonsets", "deployments")
FILES = {"configmaps": "backendconfigmaps"}  # of the ConfigMaps only those of the driver's backends


@dataclass(slots=True)
class ApiServer:
    """What is served, and what was asked for."""

    cluster: Path
    forbidden: Sequence[str] = ()
    page: int = 500
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def secrets_asked(self) -> int:
        return sum("/secrets" in request for request in self.requests)

    def write_kubeconfig(self, path: Path) -> Path:
        server = f"http://127.0.0.1:{self.port}"
        path.write_text(
            "apiVersion: v1\nkind: Config\ncurrent-context: sample\n"
            f"clusters:\n- name: sample\n  cluster: {{server: '{server}'}}\n"
            "users:\n- name: reader\n  user: {}\n"
            "contexts:\n- name: sample\n  context: {cluster: sample, user: reader}\n"
        )
        return path

    def answer(self, target: str) -> tuple[int, Json | bytes]:
        """The status and body for the path and query of a GET."""
        self.requests.append(target)
        url = urlsplit(target)
        words = url.path.strip("/").split("/")
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        if (found := _about(words)) is not None:
            return 200, found
        group = "v1" if words[0] == "api" else "/".join(words[1:3])
        rest = words[2:] if words[0] == "api" else words[3:]
        namespace = ""
        if rest[:1] == ["namespaces"] and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        known = CORE if group == "v1" else GROUPS.get(group, ())
        if rest[0] == "secrets" or rest[0] in self.forbidden:
            return 403, _status(
                403, "Forbidden", f'{rest[0]} is forbidden: User "reader" cannot list resource "{rest[0]}"'
            )
        if rest[0] not in known or not self._file(rest[0]).exists():
            return 404, _status(404, "NotFound", "the server could not find the requested resource")
        return self._object(rest, namespace, query)

    def _object(self, rest: list[str], namespace: str, query: dict[str, str]) -> tuple[int, Json | bytes]:
        listed = json.loads(self._file(rest[0]).read_text())
        items = [item for item in listed["items"] if namespace in ("", item["metadata"].get("namespace"))]
        if rest[2:] == ["log"]:
            log = self.cluster / "logs" / rest[1] / f"{query.get('container', '')}.log"
            return (200, log.read_bytes()) if log.is_file() else (200, b"")
        if len(rest) == 2:
            named = [item for item in items if item["metadata"]["name"] == rest[1]]
            return (200, named[0]) if named else (404, _status(404, "NotFound", f'{rest[0]} "{rest[1]}" not found'))
        start = int(query.get("continue", "0"))
        size = min(int(query.get("limit", "0")) or self.page, self.page)
        more = {"continue": str(start + size), "remainingItemCount": len(items) - start - size}
        meta = more if start + size < len(items) else {}
        return 200, {**listed, "metadata": {"resourceVersion": "1", **meta}, "items": items[start : start + size]}

    def _file(self, kind: str) -> Path:
        return self.cluster / f"{FILES.get(kind, kind)}.json"


@contextlib.contextmanager
def serve(cluster: Path, *, forbidden: Sequence[str] = (), page: int = 500) -> Iterator[ApiServer]:
    """A running server; it ends with the `with`."""
    api = ApiServer(cluster, forbidden, page)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = api.answer(self.path)
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(body, bytes) else "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        api.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def _about(words: list[str]) -> Json | None:
    """The version and discovery documents."""
    match words:
        case ["version"]:
            return {"major": "1", "minor": "29", "gitVersion": "v1.29.4", "platform": "linux/amd64"}
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name) for name in GROUPS]}
        case ["api", "v1"]:
            return _resources("v1", CORE)
        case ["apis", group, version] if f"{group}/{version}" in GROUPS:
            return _resources(f"{group}/{version}", GROUPS[f"{group}/{version}"])
    return None


def _group(name: str) -> Json:
    version = {"groupVersion": name, "version": name.partition("/")[2]}
    return {"name": name.partition("/")[0], "versions": [version], "preferredVersion": version}


def _resources(version: str, names: Sequence[str]) -> Json:
    resources = [
        {
            "name": name,
            "singularName": _singular(name),
            "namespaced": name in NAMESPACED,
            "kind": _singular(name).title(),
            "verbs": ["get", "list"],
        }
        for name in names
    ]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}


def _singular(name: str) -> str:
    return name.removesuffix("es") if name.endswith("sses") else name.removesuffix("s")


def _status(code: int, reason: str, message: str) -> Json:
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a sample's cluster objects to kubectl until interrupted.")
    parser.add_argument("cluster", type=Path, help="a sample's cluster folder")
    parser.add_argument("kubeconfig", type=Path, help="where to write the kubeconfig")
    options = parser.parse_args()
    with serve(options.cluster) as api, contextlib.suppress(KeyboardInterrupt):
        api.write_kubeconfig(options.kubeconfig)
        print(f"kubectl --kubeconfig {options.kubeconfig} get nodes")
        threading.Event().wait()


if __name__ == "__main__":
    main()
