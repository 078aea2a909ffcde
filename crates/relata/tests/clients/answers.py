"""Calls every endpoint in every style, with requests that have to succeed and then with the example of the document. Whatever
it answers has to fit its schema."""

import copy
import json
import sys
import urllib.parse
import urllib.request
from pathlib import Path
from urllib.error import HTTPError

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

sys.path.insert(0, str(Path(__file__).parent))

from walk import REFUSED, walk  # noqa: E402  (beside this file)

url, token = sys.argv[1:]
wrong = []
LINES = "application/x-ndjson"


def close(schema):
    """An object has no members but those that are described."""
    if isinstance(schema, list):
        for item in schema:
            close(item)
    elif isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for item in schema.values():
            close(item)


class Style:
    """The API in one style, with its document."""

    def __init__(self, name):
        self.name = name
        with urllib.request.urlopen(f"{url}/api/openapi.json?style={name}") as answer:
            document = json.load(answer)
        self.operations = {}
        for path, item in document["paths"].items():
            for method, operation in item.items():
                self.operations[operation["operationId"]] = (method, path, operation)
        self.done = set()
        # An envelope is one half of an answer, so only what is inside of it is closed.
        strict = copy.deepcopy(document)
        schemas = strict["components"]["schemas"]
        close([schema for name, schema in schemas.items() if name not in ("Success", "Failure")])
        close([operation.get("requestBody") for item in strict["paths"].values() for operation in item.values()])
        self.registry = Registry().with_resource("urn:api", Resource(strict, DRAFT202012))

    def check(self, name, status, answer):
        """What is answered fits."""
        if status == 200:
            # Of several, the others are files that somebody asks for.
            offered = self.operations[name][2]["responses"]["200"]["content"]
            content = LINES if LINES in offered else "application/json"
            self.fits(name, f"{self.place(name)}/responses/200/content/{content.replace('/', '~1')}/schema", answer)
        elif self.is_own(name):
            self.fits(name, f"#/components/responses/Problem{status}/content/application~1problem+json/schema", answer)
        else:
            self.fits(name, f"#/components/responses/{status}/content/application~1json/schema", answer)

    def is_own(self, name):
        """Relata's own API answers without an envelope."""
        return self.operations[name][1].startswith("/api/relata/")

    def place(self, name):
        """Where an operation is in the document."""
        method, path, _ = self.operations[name]
        return f"#/paths/{urllib.parse.quote(path.replace('~', '~0').replace('/', '~1'))}/{method}"

    def fits(self, name, schema, value):
        validator = Draft202012Validator({"$ref": f"urn:api{schema}"}, registry=self.registry)
        for error in validator.iter_errors(value):
            inner = sorted(error.context or [error], key=lambda it: -len(it.absolute_path))[:3]
            causes = "; ".join(f"{it.json_path}: {it.message[:300]}" for it in inner)
            wrong.append(f"{self.name} {name}: {causes}")

    def send(self, name, given):
        """Calls an operation with its parameters in one object."""
        method, path, operation = self.operations[name]
        query = {}
        given = dict(given) if isinstance(given, dict) else given
        for parameter in operation["parameters"]:
            value = given.pop(parameter["name"], None) if isinstance(given, dict) else None
            if parameter["in"] == "path":
                shown = urllib.parse.quote(str(0 if value is None else value))
                path = path.replace("{%s}" % parameter["name"], shown)
            elif value is not None:
                query[parameter["name"]] = value
        if "requestBody" in operation:
            # A body that is a list is the only parameter.
            body = operation["requestBody"]["content"]["application/json"]["schema"]
            if body.get("type") == "array" and isinstance(given, dict):
                [given] = given.values()
            self.fits(f"{name} request", f"{self.place(name)}/requestBody/content/application~1json/schema", given)
        elif given:
            wrong.append(f"{self.name} {name}: the document knows no {sorted(given)}")
        target = url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        body = json.dumps(given).encode() if method != "get" else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Bkcmdb-Language": "en"}
        request = urllib.request.Request(target, data=body, method=method.upper(), headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                status, text = answer.status, answer.read()
        except HTTPError as error:
            status, text = error.code, error.read()
        if status == 200 and LINES in operation["responses"]["200"]["content"]:
            # The elements of a list, one a line.
            answer = {"results": [json.loads(line) for line in text.splitlines()]}
        else:
            answer = json.loads(text)
        self.check(name, status, answer)
        done, data = (status == 200, answer) if self.is_own(name) else (answer["result"] is True, answer.get("data"))
        if done:
            self.done.add(name)
        return done, data, answer

    def ok(self, name, /, **given):
        """A call that has to succeed, by every path that the operation has in this style. Answers the data of the last."""
        for it in [name, f"{name}_2"]:
            if it == name or it in self.operations:
                done, data, answer = self.send(it, given)
                if not done:
                    wrong.append(f"{self.name} {it} {given}: {answer}")
        return data

    def rest(self):
        """What no call has succeeded with."""
        return sorted(set(self.operations) - self.done - REFUSED)

    def examples(self):
        """Calls all operations with the examples of the document; what could take our own rights away comes last."""
        for name in sorted(self.operations, key=lambda it: "revoke" in it):
            _, _, operation = self.operations[name]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            self.send(name, body.get("example", {}))


styles = [Style(name) for name in ["esb", "gateway", "native"]]
try:
    for style in styles:
        walk(style)
        wrong += [f"{style.name}: no call of {name} succeeds; make one in walk.py" for name in style.rest()]
    for style in styles:
        style.examples()
finally:
    print("\n".join(wrong))
sys.exit(1 if wrong else 0)
