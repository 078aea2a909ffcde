"""Calls every endpoint in every style. What a call answers has to fit its schema; calls of the walk have to succeed, others
are made with the example of the document."""

import copy
import json
import sys
import urllib.parse
import urllib.request
from urllib.error import HTTPError

from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

url, token = sys.argv[1:]
wrong = []


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
        self.called = set()
        # An envelope is one half of an answer, so only what is inside of it is closed.
        strict = copy.deepcopy(document)
        schemas = strict["components"]["schemas"]
        close([schema for name, schema in schemas.items() if name not in ("Success", "Failure")])
        self.registry = Registry().with_resource("urn:api", Resource(strict, DRAFT202012))

    def check(self, name, status, answer):
        method, path, _ = self.operations[name]
        own = path.startswith("/api/relata/")
        if status != 200 and own:
            schema = f"#/components/responses/Problem{status}/content/application~1problem+json/schema"
        elif status != 200:
            schema = f"#/components/responses/{status}/content/application~1json/schema"
        else:
            place = path.replace("~", "~0").replace("/", "~1")
            place = urllib.parse.quote(place)
            schema = f"#/paths/{place}/{method}/responses/200/content/application~1json/schema"
        validator = Draft202012Validator({"$ref": f"urn:api{schema}"}, registry=self.registry)
        for error in validator.iter_errors(answer):
            inner = sorted(error.context or [error], key=lambda it: -len(it.absolute_path))[:3]
            causes = "; ".join(f"{it.json_path}: {it.message[:300]}" for it in inner)
            wrong.append(f"{self.name} {name}: {causes}")

    def send(self, name, given):
        """Calls an operation with its parameters in one object."""
        method, path, operation = self.operations[name]
        given = dict(given)
        query = {}
        for parameter in operation["parameters"]:
            value = given.pop(parameter["name"], None)
            if parameter["in"] == "path":
                shown = urllib.parse.quote(str(0 if value is None else value))
                path = path.replace("{%s}" % parameter["name"], shown)
            elif value is not None:
                query[parameter["name"]] = value
        target = url + path + ("?" + urllib.parse.urlencode(query) if query else "")
        body = json.dumps(given).encode() if method != "get" else None
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "X-Bkcmdb-Language": "en"}
        request = urllib.request.Request(target, data=body, method=method.upper(), headers=headers)
        try:
            with urllib.request.urlopen(request) as answer:
                status, text = answer.status, answer.read()
        except HTTPError as error:
            status, text = error.code, error.read()
        answer = json.loads(text)
        self.called.add(name)
        self.check(name, status, answer)
        return answer

    def ok(self, name, /, **given):
        """A call that has to succeed, if this style has it."""
        if name not in self.operations:
            return None
        answer = self.send(name, given)
        if self.operations[name][1].startswith("/api/relata/"):
            if isinstance(answer, dict) and answer.get("status", 0) >= 400:
                wrong.append(f"{self.name} {name} {given}: {answer}")
            return answer
        if answer["result"] is not True:
            wrong.append(f"{self.name} {name} {given}: {answer}")
        return answer.get("data")

    def examples(self):
        """Calls what the walk has not called; what could take our own rights away comes last."""
        rest = [name for name in self.operations if name not in self.called]
        for name in sorted(rest, key=lambda it: "revoke" in it):
            _, _, operation = self.operations[name]
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            self.send(name, body.get("example", {}))


def walk(api):
    """Every kind of thing is created, found, changed and deleted."""
    group, source, target = (f"{name}_{api.name}" for name in ["group", "source", "target"])
    made = api.ok("create_classification", bk_classification_id=group, bk_classification_name=group)
    api.ok("update_classification", id=made["id"], bk_classification_icon="icon-cc-default")
    for name in [source, target]:
        model = api.ok("create_object", bk_classification_id=group, bk_obj_id=name, bk_obj_name=name, bk_obj_icon="icon")
    api.ok("update_object", id=model["id"], description="for a test")
    attribute = api.ok(
        "create_object_attribute", bk_obj_id=source, bk_property_id="serial", bk_property_name="Serial",
        bk_property_group="default", bk_property_type="singlechar", option="", editable=True)
    api.ok("update_object_attribute", id=attribute["id"], placeholder="as printed on it")
    api.ok("create_object_attribute", bk_obj_id=source, bk_property_id="rack_units", bk_property_name="Units",
           bk_property_group="default", bk_property_type="int", option={"min": 1, "max": 48}, editable=True)
    field = api.ok(
        "create_biz_custom_field", bk_biz_id=2, bk_obj_id=source, bk_property_id="own", bk_property_name="Own",
        bk_property_type="singlechar", option="", editable=True)
    api.ok("update_biz_custom_field", bk_biz_id=2, id=field["id"], placeholder="of business 2 only")
    folder = api.ok("post_create_objectattgroup", bk_obj_id=source, bk_group_id="more", bk_group_name="More")
    other = api.ok("post_create_objectattgroup", bk_obj_id=source, bk_group_id="most", bk_group_name="Most")
    api.ok("put_update_objectattgroup", condition={"id": folder["id"]}, data={"bk_group_name": "Much more"})
    api.ok("put_update_objectattgroup_groupindex", condition={"id": [folder["id"], other["id"]]})
    mover = {"bk_obj_id": source, "bk_property_id": "serial"}
    api.ok("put_update_objectattgroupproperty", data=[{"condition": mover, "data": {"bk_property_group": "more"}}])
    api.ok("post_update_objectattr_index", bk_obj_id=source, propertyId=attribute["id"], bk_property_group="default", bk_property_index=1)
    rule = api.ok("post_create_objectunique_object", bk_obj_id=source, keys=[{"key_kind": "property", "key_id": attribute["id"]}])
    keys = [{"key_kind": "property", "key_id": attribute["id"]}]
    api.ok("put_update_objectunique_object__unique", bk_obj_id=source, id=rule["id"], keys=keys)
    api.ok("search_object_unique", bk_obj_id=source)
    api.ok("search_classifications", bk_classification_id=group)
    api.ok("post_find_classificationobject")
    api.ok("search_objects", bk_obj_id={"$in": [source, target]})
    api.ok("read_model", condition={"bk_obj_id": source}, fields=["bk_obj_id", "bk_obj_name"])
    api.ok("search_object_attribute", bk_obj_id=source)
    api.ok("get_object_attr_with_table", bk_obj_id=source)
    api.ok("get_object_group", bk_obj_id=source)
    api.ok("get_mainline_object_topo")

    kind = api.ok("post_create_associationtype", bk_asst_id=f"powers_{api.name}", bk_asst_name="powers")
    api.ok("put_update_associationtype", id=kind["id"], bk_asst_name="supplies", direction="src_to_dest")
    name = f"{source}_powers_{api.name}_{target}"
    association = api.ok("post_create_objectassociation", bk_obj_asst_id=name, bk_obj_id=source, bk_asst_obj_id=target,
                         bk_asst_id=f"powers_{api.name}", mapping="1:n")
    api.ok("put_update_objectassociation", id=association["id"], bk_obj_asst_name="Power")
    api.ok("find_object_association", condition={"bk_obj_id": source})
    api.ok("read_module_association", condition={"bk_obj_id": source}, page={"limit": 10})
    api.ok("find_association_by_object_association_i_d", bk_obj_id=source, bk_obj_asst_ids=[name])
    api.ok("post_find_associationtype", condition={})
    api.ok("post_find_topoassociationtype", asst_ids=[f"powers_{api.name}"])
    api.ok("post_count_topoassociationtype", asst_ids=[f"powers_{api.name}"])
    api.ok("search_object_topo", bk_obj_id=source)

    first = api.ok("create_inst", bk_obj_id=source, bk_inst_name="one", serial="S1", rack_units=2)["bk_inst_id"]
    api.ok("batch_create_inst", bk_obj_id=source, details=[{"bk_inst_name": "two", "serial": "S2"}, {"bk_inst_name": "one"}])
    targets = api.ok("batch_create_inst", bk_obj_id=target, details=[{"bk_inst_name": f"t{n}"} for n in range(4)])
    targets = list(targets["success_created"].values())
    api.ok("update_inst", bk_obj_id=source, bk_inst_id=first, serial="S1a")
    api.ok("batch_update_inst", bk_obj_id=source, update=[{"inst_id": first, "datas": {"rack_units": 3}}])
    rules = {"condition": "AND", "rules": [{"field": "bk_inst_name", "operator": "equal", "value": "one"}]}
    api.ok("search_object_instances", bk_obj_id=source, conditions=rules, page={"limit": 10})
    api.ok("search_object_instances", bk_obj_id=source, conditions={**rules, "condition": "OR"}, page={"limit": 10, "start": 10})
    api.ok("count_object_instances", bk_obj_id=source, conditions=rules)
    for search in ["search_inst_by_object", "get_inst_detail", "read_instance"]:
        api.ok(search, bk_obj_id=source, condition={"bk_inst_name": "one"}, page={"limit": 10})
    api.ok("search_inst_by_object_2", bk_obj_id=source, condition={})

    link = api.ok("add_instance_association", bk_obj_asst_id=name, bk_inst_id=first, bk_asst_inst_id=targets[0])["id"]
    pairs = [{"bk_inst_id": first, "bk_asst_inst_id": it} for it in [*targets[:3], 999]]
    batch = api.ok("batch_create_instance_association", bk_obj_id=source, bk_asst_obj_id=target, bk_obj_asst_id=name, details=pairs)
    assert set(batch["success_created"]) == {"1", "2"} and set(batch["error_detail"]) == {"0", "3"}, batch
    api.ok("find_instance_association", bk_obj_id=source, condition={"bk_inst_id": first})
    api.ok("search_related_inst_asso", condition={"bk_obj_id": source, "bk_inst_id": first}, fields=["id"], page={"limit": 10})
    rules = {"condition": "AND", "rules": [{"field": "bk_obj_asst_id", "operator": "equal", "value": name}]}
    api.ok("search_instance_associations", bk_obj_id=source, conditions=rules, page={"limit": 10})
    api.ok("count_instance_associations", bk_obj_id=source, conditions=rules)
    condition = {"asst_filter": rules, "src_detail": True, "dst_detail": True}
    api.ok("find_instassociation_with_inst", bk_obj_id=source, condition=condition, page={"limit": 10})
    condition = {"bk_obj_id": source, "bk_inst_id": first, "association_obj_id": target}
    api.ok("search_inst_asst_object_inst_base_info", condition=condition, page={"limit": 10})
    api.ok("search_inst_association_topo", bk_obj_id=source, bk_inst_id=first)
    api.ok("read_inst_association_topo", bk_obj_id=source, bk_inst_id=first)

    day = {"start": "2020-01-01 00:00:00", "end": "2199-01-01 00:00:00"}
    records = api.ok("list_operation_audit", condition={"operation_time": day}, page={"limit": 200})["info"]
    api.ok("find_audit_by_id", id=[record["id"] for record in records])
    api.ok("read_changes", cursor=0, limit=1000)

    api.ok("delete_instance_association", bk_obj_id=source, id=link)
    api.ok("delete_related_inst_asso", bk_obj_id=source, id=list(batch["success_created"].values()))
    api.ok("delete_inst", bk_obj_id=source, bk_inst_id=first)
    api.ok("batch_delete_inst", bk_obj_id=target, delete={"inst_ids": targets})
    api.ok("delete_delete_objectassociation", id=association["id"])
    api.ok("delete_delete_associationtype", id=kind["id"])
    api.ok("post_delete_objectunique_object__unique", bk_obj_id=source, id=rule["id"])
    api.ok("delete_object_attribute", id=attribute["id"])
    api.ok("delete_delete_objectattgroup", id=folder["id"])
    api.ok("delete_object", id=model["id"])

    api.ok("relata_create_user", user="ann", name="Ann")
    api.ok("relata_search_user")


styles = [Style(name) for name in ["esb", "gateway", "native"]]
try:
    for style in styles:
        walk(style)
    for style in styles:
        style.examples()
finally:
    print("\n".join(wrong))
sys.exit(len(wrong))
