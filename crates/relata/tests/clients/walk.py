"""Calls that have to succeed, of every operation, with requests as the API documents them."""

import time

# What is refused to everybody: there is no page on which permissions could be asked for.
REFUSED = {"post_auth_skip_url"}


class Estate:
    """What one walk creates: two models, an association between them, and their ids."""

    def __init__(self, api):
        self.group, self.source, self.target = (f"{name}_{api.name}" for name in ["group", "source", "target"])
        self.kind = f"powers_{api.name}"
        self.association = f"{self.source}_{self.kind}_{self.target}"


def walk(api):
    """Every kind of thing is created, found, changed and deleted."""
    estate = Estate(api)
    models(api, estate)
    associations(api, estate)
    instances(api, estate)
    links(api, estate)
    imports(api, estate)
    topology(api)
    inner_tables(api, estate)
    id_rules(api, estate)
    field_templates(api, estate)
    settings(api)
    followers(api, estate)
    if api.name == "native":
        users(api)
        webhooks(api)
        views(api, estate)
        history(api, estate)
        own(api, estate)
    deletions(api, estate)


def models(api, estate):
    """Classifications, models and their parts."""
    group, source, target = estate.group, estate.source, estate.target
    made = api.ok("create_classification", bk_classification_id=group, bk_classification_name=group)
    api.ok("update_classification", id=made["id"], bk_classification_icon="icon-cc-default")
    numbers = []
    for name in [source, target]:
        model = {"bk_classification_id": estate.group, "bk_obj_id": name, "bk_obj_name": name, "bk_obj_icon": "icon"}
        numbers.append(api.ok("create_object", **model)["id"])
    estate.numbers = numbers
    api.ok("update_object", id=numbers[1], description="for a test")
    attribute = estate.attribute = api.ok(
        "create_object_attribute", bk_obj_id=source, bk_property_id="serial", bk_property_name="Serial",
        bk_property_group="default", bk_property_type="singlechar", option="", editable=True)
    api.ok("update_object_attribute", id=attribute["id"], placeholder="as printed on it")
    api.ok("create_object_attribute", bk_obj_id=source, bk_property_id="rack_units", bk_property_name="Units",
           bk_property_group="default", bk_property_type="int", option={"min": 1, "max": 48}, editable=True)
    field = api.ok(
        "create_biz_custom_field", bk_biz_id=2, bk_obj_id=source, bk_property_id="own", bk_property_name="Own",
        bk_property_type="singlechar", option="", editable=True)
    api.ok("update_biz_custom_field", bk_biz_id=2, id=field["id"], placeholder="of business 2 only")
    folder = estate.folder = api.ok("post_create_objectattgroup", bk_obj_id=source, bk_group_id="more", bk_group_name="More")
    other = api.ok("post_create_objectattgroup", bk_obj_id=source, bk_group_id="most", bk_group_name="Most")
    api.ok("put_update_objectattgroup", condition={"id": folder["id"]}, data={"bk_group_name": "Much more"})
    api.ok("put_update_objectattgroup_groupindex", condition={"id": [folder["id"], other["id"]]})
    mover = {"bk_obj_id": source, "bk_property_id": "serial"}
    api.ok("put_update_objectattgroupproperty", data=[{"condition": mover, "data": {"bk_property_group": "more"}}])
    api.ok("post_update_objectattr_index", bk_obj_id=source, propertyId=attribute["id"], bk_property_group="default", bk_property_index=1)
    keys = [{"key_kind": "property", "key_id": attribute["id"]}]
    rule = estate.rule = api.ok("post_create_objectunique_object", bk_obj_id=source, keys=keys)
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
    page = {"limit": 5}
    api.ok("read_model_for_ui", condition={"bk_classification_id": group}, fields=["id", "bk_obj_id"], page=page)
    exported = api.ok("search_object_with_total_info", object_id=[numbers[1]])
    exported["object"][0].update(bk_obj_id=f"copy_{target}", bk_obj_name=f"copy_{target}")
    copies = api.ok("create_many_object", **exported)
    for copied in copies:
        api.ok("delete_object", id=copied["id"])
    api.ok("get_object_data", condition=[source, target])
    size = {"bk_property_id": "size", "bk_property_name": "Size", "bk_property_type": "int", "option": {"min": 1, "max": 9}}
    bad = {"bk_property_id": "bk_bad", "bk_property_name": "Bad", "bk_property_type": "int"}
    api.ok("add_object_batch", **{target: {"attr": {"1": {**size, "editable": True}, "2": bad}}})


def associations(api, estate):
    """Association kinds and the associations of models."""
    source, target, name = estate.source, estate.target, estate.association
    kind = estate.kind_id = api.ok("post_create_associationtype", bk_asst_id=estate.kind, bk_asst_name="powers")["id"]
    api.ok("put_update_associationtype", id=kind, bk_asst_name="supplies", direction="src_to_dest")
    ends = {"bk_obj_id": source, "bk_asst_obj_id": target, "bk_asst_id": estate.kind, "mapping": "n:n"}
    association = estate.association_id = api.ok("post_create_objectassociation", bk_obj_asst_id=name, **ends)["id"]
    api.ok("put_update_objectassociation", id=association, bk_obj_asst_name="Power")
    api.ok("find_object_association", condition={"bk_obj_id": source})
    api.ok("read_module_association", condition={"bk_obj_id": source}, page={"limit": 10})
    api.ok("find_association_by_object_association_i_d", bk_obj_id=source, bk_obj_asst_ids=[name])
    api.ok("post_find_associationtype", condition={})
    api.ok("post_find_topoassociationtype", asst_ids=[estate.kind])
    api.ok("post_count_topoassociationtype", asst_ids=[estate.kind])
    api.ok("search_object_topo", bk_obj_id=source)


def instances(api, estate):
    """Instances, one by one and many at once, and the searches for them."""
    source, target = estate.source, estate.target
    first = estate.first = api.ok("create_inst", bk_obj_id=source, bk_inst_name="one", serial="S1", rack_units=2)["bk_inst_id"]
    api.ok("batch_create_inst", bk_obj_id=source, details=[{"bk_inst_name": "two", "serial": "S2"}, {"bk_inst_name": "one"}])
    targets = api.ok("batch_create_inst", bk_obj_id=target, details=[{"bk_inst_name": f"t{n}"} for n in range(4)])
    targets = estate.targets = list(targets["success_created"].values())
    api.ok("update_inst", bk_obj_id=source, bk_inst_id=first, serial="S1a")
    api.ok("batch_update_inst", bk_obj_id=source, update=[{"inst_id": first, "datas": {"rack_units": 3}}])
    rules = {"condition": "AND", "rules": [{"field": "bk_inst_name", "operator": "equal", "value": "one"}]}
    api.ok("search_object_instances", bk_obj_id=source, conditions=rules, page={"limit": 10})
    api.ok("search_object_instances", bk_obj_id=source, conditions={**rules, "condition": "OR"}, page={"limit": 10, "start": 10})
    api.ok("count_object_instances", bk_obj_id=source, conditions=rules)
    for search in ["search_inst_by_object", "get_inst_detail", "read_instance"]:
        api.ok(search, bk_obj_id=source, condition={"bk_inst_name": "one"}, page={"limit": 10})
    condition = {"bk_inst_name": "one"}
    api.ok("get_inst_unique_fields", bk_obj_id=source, id=estate.rule["id"], condition=condition, page={"limit": 10})
    api.ok("count_object_instances_by_filters", bk_obj_id=source, filters=[condition, {"bk_inst_id": {"$gt": 0}}])
    api.ok("post_findmany_object_instances_names", bk_obj_id="set", bk_biz_id=2, name="a")
    api.ok("group_related_resource_by_ids", kind="module", ids=[1], id_field="bk_module_id", rel_field="bk_set_id")
    filters = {"models": [source], "instances": [source]}
    api.ok("post_find_full_text", query_string="one", filter=filters, sub_resource=filters, page={"start": 0, "limit": 10})


def links(api, estate):
    """Links of instances."""
    source, target, name, first = estate.source, estate.target, estate.association, estate.first
    targets = estate.targets
    api.ok("add_instance_association", bk_obj_asst_id=name, bk_inst_id=first, bk_asst_inst_id=targets[0])
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
    api.ok("post_findmany_inst_association_object__inst_id__offset__limit__web", bk_obj_id=source, bk_inst_id=first, offset=0, limit=10)
    api.ok("post_find_instassociation_biz", bk_biz_id=2, bk_obj_id="host", condition={"bk_inst_id": 1})
    equal = [{"field": "bk_inst_name", "operator": "$eq", "value": "t0"}]
    api.ok("search_inst", bk_obj_id=source, condition={target: equal}, fields={source: ["bk_inst_name"]}, page={"limit": 10})


def imports(api, estate):
    """Rows of spreadsheets."""
    rows = {"1": {"bk_inst_name": "three"}, "2": {"bk_inst_id": estate.first, "rack_units": 4}, "3": {"bk_inst_name": ""}, "4": None}
    done = api.ok("add_inst_by_import", bk_obj_id=estate.source, BatchInfo=rows, input_type="excel")
    assert done["success"] == [1, 2] and len(done["error"]) == 1, done
    rules = {it: api.ok("search_object_unique", bk_obj_id=it)[0]["id"] for it in [estate.source, estate.target]}
    names = [("add", "three", "t3"), ("delete", "three", "t2"), ("add", "three", "nobody")]
    rows = {
        str(number): {"bk_obj_asst_id": estate.association, "operate": operate,
                      "src_primary_key": f"bk_inst_name={source}", "dst_primary_key": f"bk_inst_name={target}"}
        for number, (operate, source, target) in enumerate(names)}
    done = api.ok("import_association", bk_obj_id=estate.source, association_info=rows,
                  object_unique_id=rules[estate.source], asst_object_unique_id_info={estate.target: rules[estate.target]})
    assert [row["row"] for row in done["err_msg"]] == [1, 2], done


def topology(api):
    """Levels of the business topology, and the canvas of models."""
    level = f"level_{api.name}"
    api.ok("post_create_topomodelmainline", bk_obj_id=level, bk_obj_name=level, bk_obj_icon="icon",
           bk_classification_id="bk_biz_topo", bk_asst_obj_id="biz")
    api.ok("get_mainline_object_topo")
    api.ok("delete_delete_topomodelmainline_object", bk_obj_id=level)
    scope = {"scope_type": "global", "scope_id": "0"}
    node = {**scope, "node_type": "obj", "bk_obj_id": "biz", "bk_inst_id": 0, "position": {"x": 1, "y": 2}, "ext": {}}
    api.ok("post_update_objecttopo_scope_type_global_scope_id_0", origin=[node], **scope)
    api.ok("post_find_objecttopo_scope_type_global_scope_id_0", **scope)
    api.ok("update_object_topo_graphics", origin=[node], action="update", **scope)
    api.ok("update_object_topo_graphics", action="search", **scope)


def inner_tables(api, estate):
    """An attribute that is a table, and its rows."""
    names = ["name", "note"]
    header = [{"bk_property_id": it, "bk_property_name": it, "bk_property_type": "singlechar", "option": "", "editable": True}
              for it in names]
    api.ok("create_object_attribute", bk_obj_id=estate.source, bk_property_id="disk", bk_property_name="Disks",
           bk_property_type="innertable", option={"header": header, "default": [{"name": "a"}]}, editable=True)
    api.ok("get_object_attr_with_table", bk_obj_id=estate.source)
    table = {"bk_obj_id": estate.source, "bk_property_id": "disk"}
    rows = api.ok("batch_create_quoted_inst", **table, data=[{"bk_inst_id": estate.first, "name": "a"}, {"name": "b"}])["ids"]
    api.ok("batch_update_quoted_inst", **table, ids=rows[:1], data={"note": "new"})
    named = {"condition": "AND", "rules": [{"field": "name", "operator": "equal", "value": "a"}]}
    api.ok("list_quoted_inst", **table, filter=named, fields=names, page={"start": 0, "limit": 10})
    api.ok("list_quoted_inst", **table, filter=named, page={"enable_count": True})
    api.ok("batch_delete_quoted_inst", **table, ids=rows)


def id_rules(api, estate):
    """Ids that the system gives."""
    api.ok("create_object_attribute", bk_obj_id=estate.source, bk_property_id="code", bk_property_name="Code",
           bk_property_type="id_rule", option={"rule": "A{{local.incr_id.4}}"}, editable=True)
    api.ok("update_id_rule_incr_id", type=estate.source, sequence_id=100)
    task = api.ok("sync_inst_id_rule", bk_obj_id=estate.source)["task_id"]
    api.ok("find_inst_id_rule_task_status", task_id=task)


def field_templates(api, estate):
    """Field templates, what they are bound to, and what that does."""
    part = {"bk_property_id": "owner", "bk_property_name": "Owner", "bk_property_type": "singlechar", "option": "",
            "editable": {"lock": True, "value": True}, "isrequired": {"lock": False, "value": False},
            "placeholder": {"lock": True, "value": "who owns it"}, "default": None, "ismultiple": False, "unit": ""}
    keys = [{"keys": ["owner"]}]
    name, model, page = f"template_{api.name}", estate.numbers[1], {"start": 0, "limit": 10}
    template = api.ok("post_create_field_template", name=name, description="d", attributes=[part], uniques=keys)["id"]
    copied = api.ok("post_create_field_template_clone", id=template, name=f"{name}_2", description="")["id"]
    api.ok("put_update_field_template_info", id=copied, name=f"{name}_3", description="")
    api.ok("put_update_field_template", id=copied, name=f"{name}_4", description="", attributes=[part], uniques=keys)
    api.ok("delete_delete_field_template", id=copied)
    api.ok("get_find_field_template", id=template)
    api.ok("get_find_field_template", id=copied)
    named = {"condition": "AND", "rules": [{"field": "name", "operator": "contains", "value": "template"}]}
    api.ok("list_field_template", filter=named, page=page)
    api.ok("list_field_template", fields=["id"], page=page)
    api.ok("list_field_template", page={"enable_count": True})
    [attribute] = api.ok("list_field_template_attr", bk_template_id=template, page=page)["info"]
    [unique] = api.ok("post_findmany_field_template_unique", bk_template_id=template, page=page)["info"]
    api.ok("post_findmany_field_template_attribute_count", bk_template_ids=[template])

    of = {"bk_template_id": template}
    api.ok("post_update_field_template_bind_object", **of, object_ids=[model])
    api.ok("post_findmany_field_template_object_count", bk_template_ids=[template])
    api.ok("list_obj_field_tmpl_rel", bk_template_ids=[template], object_ids=[model])
    api.ok("post_findmany_field_template_by_object", object_id=model)
    api.ok("post_findmany_object_by_field_template", **of, page=page)
    api.ok("post_find_field_template_sync_status", **of, object_ids=[model])
    given = {**part, "id": attribute["id"]}
    api.ok("post_find_field_template_attribute_difference", **of, object_id=model, attributes=[given])
    ruled = [{"id": unique["id"], "keys": ["owner"]}]
    api.ok("post_find_field_template_unique_difference", **of, object_id=model, uniques=ruled)
    tasks = api.ok("post_update_topo_field_template_sync", **of, object_ids=[model])
    api.ok("post_find_field_template_tasks_status", task_ids=tasks)
    api.ok("post_find_field_template_model_status", **of, object_ids=[model])
    for change in [{}, {"bk_property_name": "Owned by"}, {"bk_property_type": "longchar"}]:
        api.ok("post_find_field_template_attribute_difference", **of, object_id=model, attributes=[{**given, **change}])
    api.ok("post_find_field_template_unique_difference", **of, object_id=model, uniques=ruled)
    [owner] = api.ok("search_object_attribute", bk_obj_id=estate.target, bk_property_id="owner")
    api.ok("post_find_field_template_simplify_by_attr_template_id", bk_template_id=owner["bk_template_id"], bk_attribute_id=owner["id"])
    rule = next(it for it in api.ok("search_object_unique", bk_obj_id=estate.target) if it["bk_template_id"])
    api.ok("post_find_field_template_simplify_by_unique_template_id", bk_template_id=rule["bk_template_id"], bk_unique_id=rule["id"])
    api.ok("post_update_field_template_unbind_object", **of, object_id=model)


def settings(api):
    """What users have set, and what they may do."""
    api.ok("post_usercustom", columns=["bk_inst_name"], wide=True)
    api.ok("post_usercustom_user_search")
    api.ok("post_usercustom_default_model_sub", bk_obj_id="biz", columns=["bk_biz_name"])
    api.ok("post_usercustom_default_model")
    api.ok("post_usercustom_default_search")
    api.ok("post_auth_verify", resources=[{"resource_type": "model", "resource_id": 1, "action": "update"}])


def followers(api, estate):
    """The audit log and the watch."""
    day = {"start": "2020-01-01 00:00:00", "end": "2199-01-01 00:00:00"}
    records = api.ok("list_operation_audit", condition={"operation_time": day}, page={"limit": 200})["info"]
    api.ok("find_audit_by_id", id=[record["id"] for record in records])
    api.ok("get_find_audit_dict")
    condition = {"bk_obj_id": estate.source, "resource_type": "model_instance"}
    for detailed in [False, True]:
        api.ok("post_find_inst_audit", condition=condition, with_detail=detailed, page={"start": 0, "limit": 10})
    watch = {"bk_filter": {"bk_sub_resource": estate.source}, "bk_start_from": int(time.time()) - 3600}
    seen = api.ok("resource_watch", bk_resource="object_instance", bk_event_types=["create"], **watch)["bk_events"]
    api.ok("resource_watch", bk_resource="object_instance", bk_filter=watch["bk_filter"], bk_cursor=seen[0]["bk_cursor"])
    api.ok("resource_watch", bk_resource="inst_asst", **watch)


def users(api):
    """Users, groups, roles, tokens and applications."""
    api.ok("relata_create_user", user="ann", name="Ann")
    api.ok("relata_set_password", user="ann", hash=f"argon2id:19456:2:1:{'0' * 32}:{'0' * 64}")
    api.ok("relata_search_user")
    rules = [{"actions": ["view_comobj"], "bk_obj_id": "bk_switch",
              "filter": {"condition": "AND", "rules": [{"field": "bk_inst_id", "operator": "equal", "value": 1}]}}]
    api.ok("relata_create_role", name="reader", description="reads", rules=rules)
    api.ok("relata_update_role", name="reader", description="reads on")
    api.ok("relata_create_group", name="team", description="A team", members=["ann"])
    api.ok("relata_update_group", name="team", remove=["ann"], add=["admin"])
    api.ok("relata_give_role", role="reader", group="team")
    api.ok("relata_search_role")
    api.ok("relata_search_group")
    api.ok("relata_withdraw_role", role="reader", group="team")
    api.ok("relata_delete_group", name="team")
    api.ok("relata_delete_role", name="reader")
    api.ok("relata_create_token", user="ann", name="script", scope="read", days=1, networks=["127.0.0.0/8"])
    [made] = api.ok("relata_search_token", user="ann")["info"]
    api.ok("relata_search_token")
    api.ok("relata_revoke_token", id=made["id"])
    api.ok("relata_create_app", bk_app_code="job", name="Jobs", may_act_for=["ann"])
    api.ok("relata_search_app")
    api.ok("relata_revoke_app", bk_app_code="job")
    api.ok("relata_revoke_user", user="ann")


def webhooks(api):
    """Webhooks. No connection is made: what they are sent to is in an internal network, which the server does not allow."""
    hook = api.ok("relata_create_webhook", name="hook", url="http://127.0.0.1:1/hook", events=["*"])["id"]
    api.ok("relata_update_webhook", id=hook, batch=10, rotate_secret=True)
    api.ok("relata_test_webhook", id=hook)
    api.ok("relata_create_user", user="bob", name="Bob")
    end = time.monotonic() + 60
    while not api.ok("relata_search_webhook")["info"][0]["state"]["undelivered"]:
        assert time.monotonic() < end, "a delivery that fails ends"
        time.sleep(0.05)
    api.ok("relata_resend_webhook", id=hook, discard=True)
    api.ok("relata_update_webhook", id=hook, active=False)
    api.ok("relata_delete_webhook", id=hook)


def views(api, estate):
    """Saved views."""
    view = api.ok("create_view", model=estate.source, name="Newest first", query="sort=-bk_inst_id", shared=True)
    api.ok("list_views", model=estate.source)
    api.ok("update_view", id=view["id"], name="Newest")
    api.ok("delete_view", id=view["id"])


def history(api, estate):
    """What has become of an instance."""
    of = {"model": estate.source, "id": estate.first}
    before = "2020-01-01 00:00:00"
    api.ok("read_changes", cursor=0, limit=1000)
    api.ok("read_history", **of, limit=200)
    api.ok("read_instance_at", **of)
    api.ok("read_instance_diff", **of, **{"from": before})
    api.ok("read_model_diff", model=estate.source, **{"from": before})
    api.ok("search_instances_at", model=estate.source, page={"limit": 10})
    api.ok("search_links_at", model=estate.source, page={"limit": 10})


def own(api, estate):
    """What only Relata's own API has."""
    root = {"model": estate.source, "id": estate.first}
    api.ok("expand_graph", roots=[root], depth=2)
    api.ok("read_graph_impact", roots=[root])
    api.ok("find_graph_path", **{"from": [root], "to": [root]})
    api.ok("read_graph_changes", roots=[root], **{"from": "2020-01-01 00:00:00"})
    made = {"op": "create", "model": estate.source, "attributes": {"bk_inst_name": "bulk", "serial": "bulk"}}
    api.ok("relata_bulk", operations=[made], dry_run=True)
    job = api.ok("relata_start_job", operations=[made], dry_run=True, name="a try")["id"]
    api.ok("relata_list_jobs", size=1)
    while not api.ok("relata_get_job", id=job)["finished"]:
        pass
    [told] = api.ok("relata_read_job_result", id=job, **{"with": "lines"})["results"]
    assert told["status"] == "created", told
    api.ok("relata_cancel_job", id=job)
    api.ok("relata_delete_job", id=job)
    api.ok("list_instances", model=estate.source, sort="-bk_inst_id", size=1, group="bk_inst_name")
    api.ok("find_duplicates", model=estate.source, fields="bk_inst_name")
    api.ok("search", q="a", model=estate.source, limit=2)
    api.ok("search_text", q="see 10.0.0.1 and 10.0.0.2")
    api.ok("rebuild_search")
    api.ok("update_inst", bk_obj_id=estate.source, bk_inst_id=estate.first, bk_inst_name="by mistake")
    [last] = api.ok("read_history", model=estate.source, id=estate.first, limit=1)["changes"]
    api.ok("revert_changes", change=last["seq"])
    api.ok("list_audited_requests", model=estate.source, action="update", limit=1)


def deletions(api, estate):
    """Everything goes again."""
    source, target = estate.source, estate.target
    rest = {"condition": "AND", "rules": [{"field": "bk_obj_asst_id", "operator": "equal", "value": estate.association}]}
    rest = api.ok("search_instance_associations", bk_obj_id=source, conditions=rest, page={"limit": 10})["info"]
    [link, *rest] = [it["id"] for it in rest]
    api.ok("delete_instance_association", bk_obj_id=source, id=link)
    api.ok("delete_related_inst_asso", bk_obj_id=source, id=rest)
    api.ok("delete_inst", bk_obj_id=source, bk_inst_id=estate.first)
    api.ok("batch_delete_inst", bk_obj_id=target, delete={"inst_ids": estate.targets})
    rest = api.ok("search_object_instances", bk_obj_id=source, page={"limit": 10})["info"]
    api.ok("batch_delete_inst", bk_obj_id=source, delete={"inst_ids": [it["bk_inst_id"] for it in rest]})
    api.ok("delete_delete_objectassociation", id=estate.association_id)
    api.ok("delete_delete_associationtype", id=estate.kind_id)
    api.ok("post_delete_objectunique_object__unique", bk_obj_id=source, id=estate.rule["id"])
    api.ok("delete_object_attribute", id=estate.attribute["id"])
    api.ok("delete_delete_objectattgroup", id=estate.folder["id"])
    for model in estate.numbers:
        api.ok("delete_object", id=model)
    [group] = [it for it in api.ok("search_classifications") if it["bk_classification_id"] == estate.group]
    api.ok("delete_classification", id=group["id"])
