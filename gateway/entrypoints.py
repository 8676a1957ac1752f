"""A route: where the act begins, with its request id, its trace, its deadline and its legal instant."""

from __future__ import annotations

import re
import time
from typing import Any

import orjson
from marshmallow import Schema
from nameko.web.handlers import HttpRequestHandler
from werkzeug import Request, Response

from gateway import problems
from gateway.reading import Unreadable, read
from gateway.server import Server
from plumbline.mesh import clock, context as contexts, metrics, traces
from plumbline.mesh.context import Context
from plumbline.mesh.logs import get_logger

log = get_logger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class Route(HttpRequestHandler):
    """``@route("POST", "/v1/subjects", wire.RegisterSubject, status=201)``; the method gets the checked request."""

    server = Server()

    def __init__(self, method: str, url: str, form: type[Schema], *, status: int = 200, **kwargs: Any) -> None:
        super().__init__(method, url, **kwargs)
        self.form, self.status = form, status

    def handle_request(self, request: Request) -> Response:
        """Answer one request; nothing that happens in it ends the server."""
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else contexts.new_request_id()
        parent = traces.accepted(request.headers.get("traceparent"))
        calls = metrics.http_server(self.container.service_name, self.url)
        began, outcome = calls.started(), "500"
        context = Context(
            request_id=request_id,
            legal_now=clock.legal_now(),
            deadline=time.time() + self.container.runtime.settings.rpc_timeout_s,
        )
        try:
            with contexts.use(context), traces.http_server(request.method, self.url, parent) as span:
                response = self._answer(request)
                response.headers["X-Request-Id"] = request_id
                response.headers["traceparent"] = span.traceparent
            outcome = str(response.status_code)
            return response
        finally:
            calls.ended(began, outcome)

    def _answer(self, request: Request) -> Response:
        try:
            wire = read(request, self.form, request.path_values)  # type: ignore[attr-defined]
            return self._response(request, self.container.perform(self, (wire,)))
        except Unreadable as error:
            return problems.bad_request(error.invalid)
        except Exception as error:
            found = problems.of(error)
            if found is None:
                log.exception("http_fault", route=self.url)
                return problems.problem(500, "INTERNAL", "内部错误")
            return found

    def _response(self, request: Request, reply: dict[str, Any]) -> Response:
        response = Response(orjson.dumps(reply), status=self.status, content_type="application/json")
        if self.status == 201 and "id" in reply:
            response.headers["Location"] = f"{request.path}/{reply['id']}"
        return response


route = Route.decorator
