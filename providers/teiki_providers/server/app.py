"""The control API as a Starlette application, made from its table, with routes of others beside it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from teiki_providers.server.control import Call, Given, Room, Text
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.openapi import document
from teiki_providers.server.problems import Refusal, of_validation
from teiki_providers.server.table import TABLE

__all__ = ["MOST_BODY", "control_app", "problems_of", "refused"]

MOST_BODY = 8 * 2**20


def control_app(room: Room, extra: Sequence[BaseRoute] = ()) -> Starlette:
    """The application; ``extra`` routes (console, scenario export) find the room in ``app.state.room``."""
    routes: list[BaseRoute] = [*extra]
    for path in dict.fromkeys(call.path for call in TABLE):
        calls = {call.method: call for call in TABLE if call.path == path}
        routes.append(Route(f"{CONTROL}/{path}", _endpoint(room, calls), methods=list(calls)))

    async def openapi(_request: Request) -> Response:
        return _json(document(TABLE, room, extra))

    routes.append(Route(f"{CONTROL}/openapi.json", openapi))
    # "amazon_pay/billing_agreements" before "{provider}/…": literal paths first.
    routes.sort(key=lambda route: "{" in getattr(route, "path", ""))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _http, Refusal: _refusal})
    app.router.redirect_slashes = False
    app.state.room = room
    return app


def _endpoint(room: Room, calls: Mapping[Any, Call]) -> Any:
    async def endpoint(request: Request) -> Response:
        call = calls["GET" if request.method == "HEAD" else request.method]
        for part, words in (call.parts or {}).items():
            if request.path_params[part] not in words:
                ja, en = f"次のいずれか: {', '.join(words)}", f"one of {', '.join(words)}"
                raise Refusal(404, ja, en, part, request.path_params[part])
        query = _checked(call.query, dict(request.query_params))
        body = None
        if call.body is not None:
            body = _checked(call.body, await _body(request))
        told = await call.does(room, Given(request.path_params, query, body))
        await room.settled()
        if isinstance(told, Text):
            return Response(told.body, media_type=told.content_type)
        return _json(told)

    return endpoint


async def _body(request: Request) -> bytes:
    taken = bytearray()
    async for piece in request.stream():
        taken += piece
        if len(taken) > MOST_BODY:
            raise Refusal(413, f"{MOST_BODY}バイト以下", f"{MOST_BODY} bytes at most")
    return bytes(taken) or b"{}"


def _checked(model: type[BaseModel], given: bytes | dict[str, str]) -> BaseModel:
    try:
        if isinstance(given, bytes):
            return model.model_validate_json(given)
        return model.model_validate(given)
    except ValidationError as error:
        raise of_validation(error, model) from None


def _json(value: Any, status: int = 200) -> Response:
    return Response(_encoded(value), status, media_type="application/json")


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def refused(refusal: Refusal) -> Response:
    """A refusal as an answer."""
    return Response(problems_of(refusal), refusal.status, media_type="application/json")


def problems_of(refusal: Refusal) -> bytes:
    """A refusal as JSON."""
    return _encoded({"problems": refusal.problems})


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(error)


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    ja = {404: "ありません", 405: "このメソッドは使えません"}.get(
        error.status_code, "要求を受け付けられません"
    )
    answer = refused(Refusal(error.status_code, ja, error.detail))
    answer.headers.update(error.headers or {})
    return answer
