"""The outline of a request that no dialect understood: what the journal keeps of it, no value among it."""

import re
from typing import Any
from urllib.parse import unquote_plus

from teiki_providers.exchange import Request

__all__ = ["outline"]

_FORM = re.compile(rb"(?:^|[&?])([A-Za-z][A-Za-z0-9_.\[\]%-]{0,60})=")
_JSON = re.compile(rb'"([A-Za-z][A-Za-z0-9_]{0,60})"\s*:')
_XML = re.compile(rb"<([A-Za-z][A-Za-z0-9_]{0,60})[\s/>]")
_MOST = 50


def outline(request: Request) -> dict[str, Any]:
    """Method, path, size and the names of the fields."""
    head = request.body[:10_000]
    names = [name.decode() for shape in (_FORM, _JSON, _XML) for name in shape.findall(head)]
    return {
        "method": request.method,
        "path": request.path[:200],
        "content_type": request.headers.get("content-type", "")[:100],
        "bytes": len(request.body),
        "query": [
            unquote_plus(part.partition("=")[0])[:60] for part in request.query.split("&")[:_MOST] if part
        ],
        "fields": list(dict.fromkeys(names))[:_MOST],
    }
