"""The JSON Schema of scenario files, for editors and for other people's tools."""

from __future__ import annotations

from typing import Any

from teiki_scenarios.deeds import DEEDS
from teiki_scenarios.scenario import Scenario

__all__ = ["schema"]


def schema() -> dict[str, Any]:
    """The JSON Schema of scenario files, with the arguments of each operation."""
    found = Scenario.model_json_schema(by_alias=True)
    defs: dict[str, Any] = found["$defs"]
    step = defs["Step"]
    names = [{"const": name, "description": f"{deed.ja} · {deed.en}"} for name, deed in DEEDS.items()]
    step["properties"]["does"] = {"oneOf": names, "description": "何をするか · what is done"}
    step["allOf"] = []
    for name, deed in DEEDS.items():
        args = deed.args.model_json_schema(by_alias=True)
        defs |= args.pop("$defs", {})
        defs[deed.args.__name__] = args
        step["allOf"].append(
            {
                "if": {"properties": {"does": {"const": name}}, "required": ["does"]},
                "then": {
                    "properties": {"with": {"$ref": f"#/$defs/{deed.args.__name__}"}},
                    "required": ["with"],
                },
            }
        )
    # A bare value stands for a table with one key.
    for model, key, value in (
        ("Standing", "status", {"type": "string"}),
        ("StepExpected", "result", {"enum": ["done", "not_done"]}),
        ("ViolationExpected", "invariant", {"type": "string"}),
        ("LedgerExpected", "state", {"type": "string"}),
        ("Goods", "price", {"type": "integer", "minimum": 0}),
    ):
        table = defs[model] | {"title": f"{model} ({key})"}
        defs[model] = {"anyOf": [value, table]}
    for model in ("Then", "Expect"):
        ledgers = defs[model]["properties"]["ledgers"]
        many = ledgers["additionalProperties"]
        ledgers["additionalProperties"] = {"anyOf": [many["items"], many]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
