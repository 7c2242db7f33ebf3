"""A small API server for a real kubectl: lists of objects in pages, and the ways in which a real one refuses.

`serving(objects)` gives an `Api`; what it was asked for is in `asked`.  With `pods` it also creates, deletes and enters
pods, over SPDY or a web socket.  An object whose key begins with a method, as "POST /api/v1/…", refuses that alone.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from tests.collector import spdy, websocket
from tests.collector.pods import Pods
from tests.collector.protobuf import pod_of

Objects = Mapping[str, object]  # path -> list of items, one object, or an HTTP status to refuse with
REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "AlreadyExists",
    410: "Expired",
}

SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
    b"X-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n"
)


@dataclass
class Api:
    kubeconfig: Path
    objects: dict[str, object]
    asked: list[str] = field(default_factory=list)
    slow_s: float = 0.0
    expire_once: bool = False
    most_per_page: int = 500
    allows: Callable[[str], bool] = lambda path: True
    warning: str = ""
    web_sockets: int = 400  # what a web socket is answered; 101: it is taken
    pods: Pods | None = None


@contextmanager
def serving(folder: Path, objects: Objects) -> Iterator[Api]:
    api = Api(folder / "kubeconfig", dict(objects))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.asked.append(self.path)
            time.sleep(api.slow_s)
            if "Sec-WebSocket-Key" in self.headers:
                self._web_socket()
            else:
                self._answer(*_reply(api, self.path))

        def do_POST(self) -> None:
            url, refused = self._asked("POST")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if refused is not None or api.pods is None:
                self._answer(refused or 404, _status(refused or 404))
            elif url.path.endswith("/exec"):
                self._exec(api.pods, url)
            else:
                created = api.pods.create(url.path, pod_of(body))
                self._answer(*((409, _status(409)) if api.pods.name_is_taken else (201, created)))

        def do_DELETE(self) -> None:
            url, refused = self._asked("DELETE")
            if refused is not None or api.pods is None:
                self._answer(refused or 404, _status(refused or 404))
            else:
                self._answer(200, api.pods.delete(url.path))

        def _asked(self, method: str) -> tuple[SplitResult, int | None]:
            api.asked.append(f"{method} {self.path}")
            url = urlsplit(self.path)
            refused = api.objects.get(f"{method} {url.path}")
            return url, refused if isinstance(refused, int) else None

        def _web_socket(self) -> None:
            url = urlsplit(self.path)
            query = parse_qs(url.query)
            if api.pods is None or api.web_sockets != 101:
                self._answer(api.web_sockets, _status(api.web_sockets))
                return
            self.wfile.write(websocket.switching(self.headers["Sec-WebSocket-Key"]))
            api.pods.exec(url.path, query, websocket.Connection(self.rfile, self.wfile, query))

        def _exec(self, pods: Pods, url: SplitResult) -> None:
            self.wfile.write(SWITCHING)
            pods.exec(url.path, parse_qs(url.query), spdy.Connection(self.rfile, self.wfile))

        def _answer(self, code: int, body: object) -> None:
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "text/plain" if isinstance(body, bytes) else "application/json")
            if api.warning:
                self.send_header("Warning", f'299 - "{api.warning}"')
            self.end_headers()
            with suppress(ConnectionError):  # a kubectl that was killed
                self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    api.kubeconfig.write_text(kubeconfig_for(server.server_address[1]))
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def kubeconfig_for(port: int) -> str:
    server = f"http://127.0.0.1:{port}"
    clusters = [{"name": "test", "cluster": {"server": server}}]
    contexts = [{"name": "test", "context": {"cluster": "test", "user": "test"}}]
    users = [{"name": "test", "user": {"token": "seCretTokenOfTheKubeconfig"}}]
    config = {"apiVersion": "v1", "kind": "Config", "current-context": "test"}
    return json.dumps({**config, "clusters": clusters, "contexts": contexts, "users": users})


def _reply(api: Api, asked: str) -> tuple[int, object]:
    url, query = urlsplit(asked), parse_qs(urlsplit(asked).query)
    found = api.objects.get(url.path, 404) if api.allows(url.path) else 403
    if isinstance(found, bytes):
        return 200, found
    if isinstance(found, int):
        return found, _status(found)
    if not isinstance(found, list):
        return 200, found
    start = int(query.get("continue", ["0"])[0])
    if start and api.expire_once:
        api.expire_once = False
        return 410, _status(410)
    end = start + min(int(query.get("limit", ["500"])[0]), api.most_per_page)
    metadata = {"continue": str(end)} if end < len(found) else {}
    return 200, {"apiVersion": "v1", "kind": "List", "metadata": metadata, "items": found[start:end]}


def _status(code: int) -> dict[str, object]:
    message = "the server could not find the requested resource" if code == 404 else f"the test says {REASONS[code]}"
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code}
    return {**status, "reason": REASONS[code], "message": message}
