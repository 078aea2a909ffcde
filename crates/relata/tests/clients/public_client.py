"""The public client library `bkapi-component-open`, as it is on PyPI and configured by its own settings, goes from a model to
instances, a batch of links, searches, and back."""

import json
import os
import sys
import urllib.request

url, token = sys.argv[1:]


def administrate(path, body):
    """What the library has no call for."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}{path}", data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request) as answer:
        answer = json.load(answer)
    if path.startswith("/api/relata/"):
        return answer
    assert answer["result"] is True, answer
    return answer["data"]


app = administrate("/api/relata/v1/apps/create", {"bk_app_code": "job", "may_act_for": ["admin"]})
os.environ.update(
    BK_COMPONENT_API_URL=url, BK_APP_CODE=app["bk_app_code"], BK_APP_SECRET=app["bk_app_secret"], DEFAULT_BK_API_VER="v2")

from bkapi_component.open.shortcuts import get_client_by_username  # noqa: E402  (reads the settings)

cc = get_client_by_username("admin").cc


def ok(operation, /, **given):
    answer = operation(given)
    assert answer["result"] is True and answer["code"] == 0, (operation.name, given, answer)
    return answer["data"]


ok(cc.create_classification, bk_classification_id="network", bk_classification_name="Network")
models = [
    ok(cc.create_object, bk_classification_id="network", bk_obj_id=name, bk_obj_name=name, bk_obj_icon="icon-cc-default")
    for name in ["edge_switch", "line_card"]
]
ok(cc.create_object_attribute, bk_obj_id="edge_switch", bk_property_id="serial", bk_property_name="Serial",
   bk_property_group="default", bk_property_type="singlechar", option="", editable=True)
assert [it["bk_obj_id"] for it in ok(cc.search_objects, bk_classification_id="network")] == ["edge_switch", "line_card"]
administrate("/api/v3/create/objectassociation", {
    "bk_obj_asst_id": "edge_switch_belong_line_card", "bk_obj_asst_name": "holds", "bk_obj_id": "edge_switch",
    "bk_asst_id": "belong", "bk_asst_obj_id": "line_card", "mapping": "1:n"})
assert len(ok(cc.find_object_association, condition={"bk_obj_id": "edge_switch"})) == 1

switch = ok(cc.create_inst, bk_obj_id="edge_switch", bk_supplier_account="0", bk_inst_name="sw-01", serial="S1")["bk_inst_id"]
cards = ok(cc.batch_create_inst, bk_obj_id="line_card", details=[{"bk_inst_name": f"card-{n}"} for n in range(5)])
cards = list(cards["success_created"].values())
ok(cc.update_inst, bk_obj_id="edge_switch", bk_inst_id=switch, serial="S2")

batch = ok(cc.batch_create_instance_association, bk_obj_id="edge_switch", bk_asst_obj_id="line_card",
           bk_obj_asst_id="edge_switch_belong_line_card",
           details=[{"bk_inst_id": switch, "bk_asst_inst_id": card} for card in [*cards, 99]])
assert sorted(batch["success_created"]) == ["0", "1", "2", "3", "4"] and list(batch["error_msg"]) == ["5"], batch

rules = {"condition": "AND", "rules": [{"field": "serial", "operator": "equal", "value": "S2"}]}
found = ok(cc.search_object_instances, bk_obj_id="edge_switch", conditions=rules, page={"start": 0, "limit": 10})
assert [it["bk_inst_name"] for it in found["info"]] == ["sw-01"], found
assert ok(cc.count_object_instances, bk_obj_id="edge_switch", conditions=rules)["count"] == 1
assert ok(cc.search_inst_by_object, bk_obj_id="edge_switch", bk_supplier_account="0", condition={})["count"] == 1
found = ok(cc.search_instance_associations, bk_obj_id="edge_switch", page={"start": 0, "limit": 10})
links = [it["id"] for it in found["info"]]
assert links == list(batch["success_created"].values()), found
found = ok(cc.find_instance_association, bk_obj_id="edge_switch", condition={"bk_inst_id": switch})
assert len(found) == 5, found

refused = cc.delete_inst({"bk_obj_id": "edge_switch", "bk_inst_id": switch})
assert refused["result"] is False and refused["code"] != 0, "an instance with links is kept"

ok(cc.delete_instance_association, bk_obj_id="edge_switch", id=links[0])
assert ok(cc.delete_related_inst_asso, bk_obj_id="edge_switch", id=links[1:]) == 4
ok(cc.delete_inst, bk_obj_id="edge_switch", bk_inst_id=switch)
ok(cc.batch_delete_inst, bk_obj_id="line_card", delete={"inst_ids": cards})
association = ok(cc.find_object_association, condition={"bk_obj_id": "edge_switch"})[0]["id"]
request = urllib.request.Request(
    f"{url}/api/v3/delete/objectassociation/{association}", method="DELETE", headers={"Authorization": f"Bearer {token}"})
with urllib.request.urlopen(request) as answer:
    assert json.load(answer)["result"] is True
for model in models:
    ok(cc.delete_object, id=model["id"])
assert ok(cc.search_objects, bk_classification_id="network") == []
