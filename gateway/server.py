"""The HTTP server: nameko's, taught to answer every error in one shape and to outlive its clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from logging import getLogger
from typing import Any

import eventlet
from eventlet import wsgi
from nameko.web.server import HttpOnlyProtocol, WebServer, WsgiApp
from werkzeug import Request
from werkzeug.exceptions import HTTPException

from gateway import problems
from plumbline.mesh.logs import get_logger

log = get_logger(__name__)

#: A client that sends nothing for so long is let go.
IDLE_S = 30
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Server(WebServer):
    """Accepts connections; no client and no handler can end it."""

    def __init__(self) -> None:
        super().__init__()
        self._is_accepting: bool = True
        self.under_way = 0

    def get_wsgi_app(self) -> Application:
        """The application for the routes that registered."""
        return Application(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, protocol: Any = HttpOnlyProtocol, debug: bool = False) -> Any:
        """eventlet's server, with bounds."""
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=getLogger("nameko.web"),
            log_output=False,
            socket_timeout=IDLE_S,
            url_length_limit=8192,
        )

    def run(self) -> None:
        """Accept until stopped; nameko's loop would take the process down with the first error."""
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError as error:
                log.warning("http_accept", error=type(error).__name__)
                eventlet.sleep(0.05)
                continue
            sock.settimeout(IDLE_S)
            eventlet.spawn_n(self.process_request, sock, address)

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve one connection."""
        try:
            super().process_request(sock, address)
        except Exception as error:
            log.info("http_connection_lost", error=type(error).__name__)

    def stop(self) -> None:
        """Accept no more, and let what is under way be answered."""
        if self._gt is not None and self._is_accepting:
            self._is_accepting = False
            self._gt.kill()
            self._sock.close()
        with eventlet.Timeout(self.container.runtime.settings.stop_grace_s, False):
            while self.under_way:
                eventlet.sleep(0.02)


class Application(WsgiApp):
    """Finds the route; what no route answers is a problem too."""

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = self.server.container.runtime.settings.message_limit_bytes
        self.server.under_way += 1
        try:
            response = self._answer(request, environ)
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            return response(environ, start_response)
        finally:
            self.server.under_way -= 1

    def _answer(self, request: Request, environ: dict[str, Any]) -> Any:
        try:
            provider, request.path_values = self.url_map.bind_to_environ(environ).match()  # type: ignore[attr-defined]
        except HTTPException as error:
            return problems.of(error)
        except Exception:
            log.exception("http_routing")
            return problems.problem(400, "BAD_REQUEST")
        return provider.handle_request(request)
