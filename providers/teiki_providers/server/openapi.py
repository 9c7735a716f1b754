"""The OpenAPI document of the control API, written from its table."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute, Route

from teiki_providers.server.control import Call, Room
from teiki_providers.server.guard import CONTROL
from teiki_providers.server.models import Nothing

__all__ = ["document"]

_SCHEMAS = "#/components/schemas/"
_PROBLEMS = {
    "type": "object",
    "required": ["problems"],
    "properties": {
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "found", "ja", "en")},
            },
        }
    },
}
_FAILS = {
    401: "no token",
    403: "the Host or Origin header is not allowed",
    404: "there is none of that name",
    409: "not possible in the present state",
    413: "the body is too large",
    422: "bad input",
}


def document(table: Sequence[Call], room: Room, extra: Sequence[BaseRoute] = ()) -> dict[str, Any]:
    """OpenAPI 3.1; of routes from outside their path and what they say of themselves."""
    models = {call.body for call in table if call.body} | {call.query for call in table}
    named = sorted(((model, "validation") for model in models), key=lambda pair: pair[0].__name__)
    _, schemas = models_json_schema(named, ref_template=_SCHEMAS + "{model}")  # type: ignore[arg-type]
    schemas = schemas.get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for call in table:
        paths.setdefault(f"{CONTROL}/{call.path}", {})[call.method.lower()] = _operation(call, schemas, room)
    for route in extra:
        if isinstance(route, Route) and route.path.startswith(CONTROL):
            paths[route.path] = {
                method.lower(): _outside(route) for method in route.methods or () if method != "HEAD"
            }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "teiki sandbox",
            "version": _version(),
            "description": "The control side of a sandbox of payment providers. Instants are Japanese time without a "
            "zone. The clock moves by clock/advance alone.",
        },
        "paths": paths,
        "components": {
            "schemas": {**schemas, "Problems": _PROBLEMS},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        **({"security": [{"token": []}]} if room.guard.token else {}),
    }


def _version() -> str:
    try:
        return version("teiki")
    except PackageNotFoundError:
        return "0"


def _outside(route: Route) -> dict[str, Any]:
    said = (route.endpoint.__doc__ or route.name).strip()
    operation: dict[str, Any] = {"operationId": route.name, "summary": said.partition("\n")[0]}
    return {**operation, "responses": {"200": {"description": said}}}


def _operation(call: Call, schemas: Mapping[str, Any], room: Room) -> dict[str, Any]:
    parameters = [_path_part(call, part[1:-1]) for part in call.path.split("/") if part.startswith("{")]
    if call.query is not Nothing:
        for name, schema in schemas[call.query.__name__]["properties"].items():
            parameters.append({"name": name, "in": "query", "required": False, "schema": schema})
    described = call.en
    if "{action}" in call.path:
        described += " Actions, each with the kind of id that it takes: " + _actions(room)
    operation: dict[str, Any] = {
        "operationId": f"{call.method.lower()}_{call.path}".translate(str.maketrans("/.", "__", "{}")),
        "summary": f"{call.ja} · {call.en}",
        "description": described,
        "parameters": parameters,
        "responses": _responses(call),
    }
    if call.body is not None:
        required = bool(schemas[call.body.__name__].get("required"))
        content = {"application/json": {"schema": {"$ref": _SCHEMAS + call.body.__name__}}}
        operation["requestBody"] = {"required": required, "content": content}
    return operation


def _path_part(call: Call, name: str) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if words := (call.parts or {}).get(name):
        schema["enum"] = list(words)
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _actions(room: Room) -> str:
    told = {
        f"{front.provider} {action}: {kind}"
        for front in room.sandbox.house.fronts.values()
        for action, kind in front.actions().items()
    }
    return "; ".join(sorted(told)) or "none"


def _responses(call: Call) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": call.en, "content": {call.answers: {"schema": {}}}}}
    statuses = {403, *call.fails}
    if call.body is not None:
        statuses |= {413, 422}
    if call.query is not Nothing:
        statuses.add(422)
    if "{" in call.path:
        statuses.add(404)
    problems = {"application/json": {"schema": {"$ref": _SCHEMAS + "Problems"}}}
    for status in sorted(statuses | {401}):
        answers[str(status)] = {"description": _FAILS[status], "content": problems}
    return answers
