"""JSON Schemas of our types for the hub's description of itself, and an example of each."""

from collections.abc import Iterator
from typing import Any

import msgspec

from admin_console.hub import examples

_REFS = "#/components/schemas/{name}"


class Schemas:
    """JSON Schemas of our types, and an example of each."""

    def __init__(self) -> None:
        self.components: dict[str, Any] = {}

    def content(self, of: object) -> dict[str, Any]:
        """A media type's schema and example."""
        if of is bytes:
            return {"schema": {"type": "string", "format": "binary"}, "example": "(bytes)"}
        (schema,), components = msgspec.json.schema_components((of,), ref_template=_REFS)
        for name, field in _moments(msgspec.inspect.type_info(of), set()):
            _say_moment(components[name]["properties"][field])
        self.components |= components
        return {"schema": schema, "example": self.example(schema)}

    def example(self, schema: dict[str, Any], name: str = "", owner: str = "") -> object:
        """A value that the schema allows, of nobody there is: for the field `name` of `owner`."""
        if "$ref" in schema:
            of = schema["$ref"].rpartition("/")[2]
            return self.example(self.components[of], name, of)
        if "anyOf" in schema:
            return schema.get("default", self.example(schema["anyOf"][0], name, owner))
        if "enum" in schema:
            return schema.get("default", schema["enum"][0])
        if schema.get("type") == "string" and "format" not in schema:
            return examples.text(owner, name)
        return schema.get("default", self._plain(schema, name, owner))

    def _plain(self, schema: dict[str, Any], name: str, owner: str) -> object:
        match schema.get("type"):
            case "object":
                wanted, told = schema.get("required", ()), schema.get("properties", {})
                return {
                    field: self.example(of, field, owner)
                    for field, of in told.items()
                    if field in wanted or examples.is_known(owner, field)
                }
            case "array":
                items = [self.example(item, name, owner) for item in schema.get("prefixItems", ())]
                return items or [self.example(schema["items"], name, owner)]
            case "string":
                return examples.FORMATS[schema["format"]]
            case "integer" | "number":
                return schema.get("minimum", 0)
            case "boolean":
                return False
            case _:
                return None


def _moments(of: object, seen: set[type]) -> Iterator[tuple[str, str]]:
    """Component and field of each moment below a type: msgspec's schemas leave their format out."""
    match of:
        case msgspec.inspect.DataclassType(cls=cls, fields=fields) if cls not in seen:
            seen.add(cls)
            for field in fields:
                kinds = getattr(field.type, "types", (field.type,))
                if any(isinstance(kind, msgspec.inspect.DateTimeType) for kind in kinds):
                    yield cls.__name__, field.encode_name
                for kind in kinds:
                    yield from _moments(kind, seen)
        case (
            msgspec.inspect.VarTupleType(item_type=item) | msgspec.inspect.ListType(item_type=item)
        ):
            yield from _moments(item, seen)
        case msgspec.inspect.UnionType(types=kinds):
            for kind in kinds:
                yield from _moments(kind, seen)


def _say_moment(schema: dict[str, Any]) -> None:
    for kind in schema.get("anyOf", (schema,)):
        if kind.get("type") == "string" and "format" not in kind:
            kind["format"] = "date-time"
