"""The page of the API says what its document says, without a script or a style of another kind."""

from __future__ import annotations

import re

import pytest

from backend.explorer.reference import Answer, Field, Kind, Shape, reference

DOCUMENT = {
    "paths": {
        "/api/v1/walls/{wall}/": {
            "get": {
                "operationId": "walls_detail",
                "summary": "One wall.",
                "description": "As it was measured.",
                "parameters": [
                    {"in": "path", "name": "wall", "required": True, "schema": {"type": "integer"}},
                    {"in": "query", "name": "kind", "description": "* `old` - old\n* `new` - of brick",
                     "schema": {"enum": ["old", "new"]}},
                ],
                "responses": {
                    "404": {"description": "None.", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Error"},
                        "examples": {"one": {"value": {"error": 1}}}}}},
                    "200": {"description": "As asked for.", "content": {"application/json": {
                        "schema": {"$ref": "#/components/schemas/Wall"},
                        "examples": {"one": {"value": {"height": 3}}}}}},
                    "304": {"description": "Not changed."},
                },
            }
        },
        "/api/v1/walls/": {
            "post": {
                "operationId": "walls_submit",
                "summary": "Send a wall",
                "requestBody": {"content": {"application/json": {
                    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Wall"},
                               "maxItems": 50}}}},
                "responses": {"201": {"description": "Stored."}},
            }
        },
    },
    "components": {
        "schemas": {
            "Wall": {
                "description": "A wall.", "required": ["height"],
                "properties": {
                    "height": {"type": "number", "minimum": 0, "description": "Metres."},
                    "seen_on": {"type": ["string", "null"], "format": "date"},
                    "builders": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            },
            "Either": {"oneOf": [{"$ref": "#/components/schemas/Wall"}, {"type": "null"}]},
            "Error": {"enum": ["none", "other"]},
        }
    },
}  # fmt: skip


def test_a_document_becomes_rows() -> None:
    found = reference(DOCUMENT)
    assert [(part, [one.id for one in some]) for part, some in found.parts] == [
        ("walls", ["walls_detail", "walls_submit"])
    ]
    detail, submit = found.parts[0][1]
    assert (detail.method, detail.summary) == ("GET", "One wall")
    assert detail.parameters == [
        Field("wall", "path", Kind("integer", "", ""), True, ""),
        Field("kind", "query", Kind('"old" or "new"', "", ""), False, "* `new` - of brick"),
    ]
    assert detail.answers == [
        Answer("200", "As asked for.", Kind("Wall", "Wall", ""), '{\n  "height": 3\n}'),
        Answer("304", "Not changed.", None, ""),
        Answer("404", "None.", Kind("Error", "Error", ""), ""),
    ]
    assert submit.body == Kind("array of Wall", "Wall", "at most 50 of them")
    either, error, wall = found.shapes
    assert either == Shape("Either", "", [], ["Wall or null"])
    assert error == Shape("Error", "", [], ['"none"', '"other"'])
    assert wall.fields == [
        Field("height", "", Kind("number", "", "at least 0"), True, "Metres."),
        Field("seen_on", "", Kind("string (date) or null", "", ""), False, ""),
        Field("builders", "", Kind("object of integer", "", ""), False, ""),
    ]


@pytest.mark.django_db
def test_every_operation_and_shape_of_the_api_is_on_the_page(visitor) -> None:
    document = visitor.get("/api/v1/schema/").json()
    page = visitor.get("/api/v1/docs/").content.decode()
    anchors = set(re.findall(r' id="([^"]+)"', page))
    operations = {
        found[method]["operationId"]
        for found in document["paths"].values()
        for method in ("get", "post")
        if method in found
    }
    shapes = {f"shape-{name}" for name in document["components"]["schemas"]}
    assert len(operations) > 40
    assert operations | shapes <= anchors
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    for path in document["paths"]:
        assert f"GET {path}</code>" in page or f"POST {path}</code>" in page, path


@pytest.mark.django_db
def test_the_page_needs_no_script_no_other_host_and_no_style_of_its_own(visitor) -> None:
    answer = visitor.get("/api/v1/docs/")
    page = answer.content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "unsafe" not in answer["Content-Security-Policy"]
