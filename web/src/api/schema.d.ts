// Made by scripts/types.mjs from /api/openapi.json; not edited by hand.
export interface paths {
    "/api/relata/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was done, newest first, one entry for each request.
         * @description An entry has the changes of the request that the filters leave, as stretches of records of one kind. A page reads at most 5000 rows of the log, and may hold less than `limit` then; `before` goes on.
         *
         *     Permission: find_audit_log.
         */
        get: operations["list_audited_requests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create, update, upsert and delete instances and links, many at once.
         * @description As `application/json` the operations are a list, and one transaction. As `application/x-ndjson` each line of the body is an operation, options are in the query, and each line of the answer a verdict, in order; the operations are carried out as they come, so many at a time in a transaction of their own, however long the stream is. Each operation needs the permission of the ordinary endpoint that does the same.
         *
         *     Permission: none but to be signed in.
         */
        post: operations["relata_bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/duplicates/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The instances of a model that share their values of some attributes, and so stand against a unique rule on them.
         * @description Those that lack one of the values take no part. Attributes that no unique rule may have are refused.
         *
         *     Permission: view_comobj.
         */
        get: operations["find_duplicates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/graph/expand": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What lies around instances: nodes, the links between them, and how many neighbours each has.
         * @description The links of a node are counted by association and direction (`groups`); of each, the first `limit_per_node` are followed. `truncated` says what was left out: `limit_per_node` (a group has more), `max_nodes`, or `work` (too many links to look at). `format` `graphml` or `dot` answers with the graph as a text of that form instead.
         *
         *     Permission: view_comobj.
         */
        post: operations["expand_graph"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/graph/impact": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Everything that instances affect, along the directions that associations between models declare (`impact`).
         * @description Nodes come by distance, each with the link that leads there (`via`), so the first `limit` hold the path of each of them; `count`, `by_model` and `by_distance` are of all. `upstream` asks for what affects them.
         *
         *     Permission: view_comobj.
         */
        post: operations["read_graph_impact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/graph/path": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The shortest paths between two sets of instances.
         * @description Permission: view_comobj.
         */
        post: operations["find_graph_path"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/history/{model}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The changes of an instance and of its links, newest first.
         * @description `limit` is at most 200; `before` is the `before` of the answer before, until it is null. A page reads at most 5000 rows of the log about links, and may hold less than `limit` then.
         *
         *     Permission: view_comobj.
         */
        get: operations["read_history"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/instances/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The instances of a model that a filter finds, a page of at most 500 at a time.
         * @description A term of the filter is `f.{attribute}.{operator}={value}`, such as `f.bk_vendor.in=Huawei,H3C`; all terms have to hold, and one may come several times. Operators are those of the querybuilder and short for them eq, ne, in, nin, lt, lte, gt, gte, ct, nct, bw, nbw, ew, new, empty, nempty, exist, nexist. Texts are meant as they are. Elements of lists are separated by commas; in them `%2C` (in an address: `%252C`) is a comma.
         *
         *     The next page is asked for by `cursor`, which costs the same however far one goes and repeats nothing, or by `page`.
         *
         *     Permission: view_comobj.
         */
        get: operations["list_instances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/instances/{model}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An instance with its links, at the time `at` or now. Refused with 1199059 when more than 5000 rows of the log would have to be read for its links.
         * @description Permission: view_comobj.
         */
        get: operations["read_instance_at"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/revert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back one change, or all changes of one request, of instances, rows of inner tables and links.
         * @description What was created is deleted, what was updated gets its former values, what was deleted is created again with its id (links with a new one). It is done whole, or refused with 1199020 and nothing written where something is in conflict with what happened since; `dry_run` tells what would be done and each conflict. It needs the right to see the instances and those that doing it by hand needs. At most 10000 changes; a request that is named by its id alone is looked for in the newest 5000 rows of the log. Numbers of id rules stay taken.
         *
         *     Permission: view_comobj.
         */
        post: operations["revert_changes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/tokens/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a token of a user; the answer shows it, this once.
         * @description `scope` is `read`, `write` or `admin` (the default: all that the user may do); `expires` is a time, or `days` from now; `networks` are the networks (CIDR) that it may be shown from.
         *
         *     Permission: administrate.
         */
        post: operations["relata_create_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/tokens/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a token.
         * @description Permission: administrate.
         */
        post: operations["relata_revoke_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/tokens/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search tokens, of one user or of all.
         * @description Permission: administrate.
         */
        post: operations["relata_search_token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The saved views of a model that the caller may see: their own, and those that are shared.
         * @description Permission: view_comobj.
         */
        get: operations["list_views"];
        put?: never;
        /**
         * Save a view of a model.
         * @description Of one model, the slugs of a user's own views are unique, and so are those of all shared views.
         *
         *     Permission: view_comobj.
         */
        post: operations["create_view"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/relata/v1/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a saved view; its owner and administrators may.
         * @description Permission: view_comobj.
         */
        put: operations["update_view"];
        post?: never;
        /**
         * Delete a saved view; its owner and administrators may.
         * @description Permission: view_comobj.
         */
        delete: operations["delete_view"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/count/instances/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Count instances of a model by a filter expression.
         * @description Permission: view_comobj.
         */
        post: operations["count_object_instances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/count/topoassociationtype": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * How many associations between models have each of these kinds.
         * @description Permission: view_sys_model.
         */
        post: operations["post_count_topoassociationtype"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/associationtype": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an association kind.
         * @description Permission: create_association_type.
         */
        post: operations["post_create_associationtype"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/instance/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an instance; answers the stored instance with all fields.
         * @description Permission: create_comobj.
         */
        post: operations["create_inst"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/object": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a model with its default group, its name attribute and a unique rule on it.
         * @description Permission: create_sys_model.
         */
        post: operations["create_object"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/objectassociation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an association between two models.
         * @description Permission: edit_sys_model.
         */
        post: operations["post_create_objectassociation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/objectattgroup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a group of attributes.
         * @description Permission: edit_sys_model.
         */
        post: operations["post_create_objectattgroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/objectattr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create an attribute of a model.
         * @description Permission: edit_sys_model.
         */
        post: operations["create_object_attribute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/objectclassification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a classification, a group of models.
         * @description Permission: create_model_group.
         */
        post: operations["create_classification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/create/objectunique/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a unique rule of a model.
         * @description Permission: edit_sys_model.
         */
        post: operations["post_create_objectunique_object"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/createmany/instassociation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Link many pairs of instances under one association.
         * @description Every pair succeeds or fails by itself; the answer says for each index which. All that is answered as created is stored and audited when the answer leaves.
         *
         *     Permission: edit_comobj.
         */
        post: operations["batch_create_instance_association"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/associationtype/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an association kind that no association uses.
         * @description Permission: delete_association_type.
         */
        delete: operations["delete_delete_associationtype"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/instassociation/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete links of a model by their ids; answers how many there were.
         * @description Permission: edit_comobj.
         */
        delete: operations["delete_related_inst_asso"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/object/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a model without instances and associations, with its attributes, groups and unique rules.
         * @description Permission: delete_sys_model.
         */
        delete: operations["delete_object"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/objectassociation/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an association between models that no instances are linked under.
         * @description Permission: edit_sys_model.
         */
        delete: operations["delete_delete_objectassociation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/objectattgroup/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a group without attributes.
         * @description Permission: edit_sys_model.
         */
        delete: operations["delete_delete_objectattgroup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/objectattr/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete an attribute, with its values in all instances.
         * @description Permission: edit_sys_model.
         */
        delete: operations["delete_object_attribute"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/objectclassification/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a classification that contains no models.
         * @description Permission: delete_model_group.
         */
        delete: operations["delete_classification"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/delete/objectunique/object/{bk_obj_id}/unique/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delete a unique rule.
         * @description Permission: edit_sys_model.
         */
        post: operations["post_delete_objectunique_object__unique"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/deletemany/instance/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete many instances that have no links, all or none.
         * @description Permission: delete_comobj.
         */
        delete: operations["batch_delete_inst"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/deletemany/quoted/instance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete rows of an inner table. Those that do not exist are no error.
         * @description Permission: edit_comobj.
         */
        delete: operations["batch_delete_quoted_inst"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/associationtype": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search association kinds.
         * @description Permission: view_sys_model.
         */
        post: operations["post_find_associationtype"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Audit records with their details, by id.
         * @description Permission: find_audit_log.
         */
        post: operations["find_audit_by_id"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/audit_dict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the audit log shows and what can be done with it, in the language of the caller.
         * @description Permission: find_audit_log.
         */
        get: operations["get_find_audit_dict"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/classificationobject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search classifications with the models in them.
         * @description Permission: view_sys_model.
         */
        post: operations["post_find_classificationobject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/full_text": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find a text in models and in the instances of models, with counts by model and a page of what was found.
         * @description Permission: view_comobj.
         */
        post: operations["post_find_full_text"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objectassociation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Find associations between models by a condition.
         * @description Permission: view_sys_model.
         */
        post: operations["find_object_association"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objectattgroup/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The groups of a model, by position; with `bk_biz_id` also those of that business.
         * @description Permission: view_sys_model.
         */
        post: operations["get_object_group"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objectattr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search attributes by a condition; with bk_biz_id those of a business too.
         * @description Permission: view_sys_model.
         */
        post: operations["search_object_attribute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objectattr/web": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search attributes, also those that hold tables.
         * @description Permission: view_sys_model.
         */
        post: operations["get_object_attr_with_table"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objecttopo/scope_type/global/scope_id/0": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * All models with their places on the canvas and the associations that start at them.
         * @description Permission: view_sys_model.
         */
        post: operations["post_find_objecttopo_scope_type_global_scope_id_0"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/objectunique/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The unique rules of a model.
         * @description Permission: view_sys_model.
         */
        post: operations["search_object_unique"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/find/topoassociationtype": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The associations between models that have each of these kinds.
         * @description Permission: view_sys_model.
         */
        post: operations["post_find_topoassociationtype"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/findmany/audit_list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search the audit log by time and more; answers summaries.
         * @description Permission: find_audit_log.
         */
        post: operations["list_operation_audit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/findmany/quoted/instance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search rows of an inner table by a filter expression, a page at a time.
         * @description Permission: view_comobj.
         */
        post: operations["list_quoted_inst"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/search/instance_associations/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search the links of a model by a querybuilder filter, a page at a time.
         * @description Permission: view_comobj.
         */
        post: operations["search_instance_associations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/search/instances/object/{bk_obj_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search instances of a model by a filter expression, a page at a time.
         * @description Permission: view_comobj.
         */
        post: operations["search_object_instances"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/associationtype/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the texts and the direction of an association kind; members that are left out become empty.
         * @description Permission: edit_association_type.
         */
        put: operations["put_update_associationtype"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/instance/object/{bk_obj_id}/inst/{bk_inst_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change fields of an instance.
         * @description Permission: edit_comobj.
         */
        put: operations["update_inst"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/object/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a model; `bk_ispaused` pauses or resumes it.
         * @description Permission: edit_sys_model.
         */
        put: operations["update_object"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectassociation/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the display name of an association between models.
         * @description Permission: edit_sys_model.
         */
        put: operations["put_update_objectassociation"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectattgroup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the name or the position of a group, or whether it is shown folded.
         * @description Permission: edit_sys_model.
         */
        put: operations["put_update_objectattgroup"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectattgroup/groupindex": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Exchange the positions of two groups.
         * @description Permission: edit_sys_model.
         */
        put: operations["put_update_objectattgroup_groupindex"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectattgroupproperty": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Move attributes into groups.
         * @description Permission: edit_sys_model.
         */
        put: operations["put_update_objectattgroupproperty"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectattr/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change an attribute. Its id, type, group and position stay as they are.
         * @description Permission: edit_sys_model.
         */
        put: operations["update_object_attribute"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectclassification/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the name, the icon or the type of a classification.
         * @description Permission: edit_model_group.
         */
        put: operations["update_classification"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objecttopo/scope_type/global/scope_id/0": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Place models on the canvas.
         * @description Permission: edit_model_topology_view.
         */
        post: operations["post_update_objecttopo_scope_type_global_scope_id_0"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/update/objectunique/object/{bk_obj_id}/unique/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change the attributes of a unique rule.
         * @description Permission: edit_sys_model.
         */
        put: operations["put_update_objectunique_object__unique"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/usercustom": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set members of what the caller has set.
         * @description Permission: none but to be signed in.
         */
        post: operations["post_usercustom"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v3/usercustom/user/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What the caller has set; null for nothing.
         * @description Permission: none but to be signed in.
         */
        post: operations["post_usercustom_user_search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description An association kind record.
         * @example {
         *       "bk_asst_id": "powers",
         *       "bk_asst_name": "Power",
         *       "dest_des": "is powered by",
         *       "direction": "src_to_dest",
         *       "src_des": "powers"
         *     }
         */
        AssociationKind: {
            /** @description Textual id, unique. */
            bk_asst_id: string;
            /** @description Display name. */
            bk_asst_name: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /** @description How the target is to the source. */
            dest_des: string;
            /** @description `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. */
            direction: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
            /** @description Built in. */
            readonly ispre: boolean;
            /** @description How the source is to the target. */
            src_des: string;
        };
        /**
         * @description A group of attributes.
         * @example {
         *       "bk_group_id": "network",
         *       "bk_group_name": "Network",
         *       "bk_obj_id": "switch"
         *     }
         */
        AttributeGroup: {
            /**
             * Format: int64
             * @description Business it belongs to; 0 for all.
             */
            bk_biz_id: number;
            /** @description Textual id. */
            bk_group_id: string;
            /**
             * Format: int64
             * @description Position.
             */
            bk_group_index: number;
            /** @description Display name. */
            bk_group_name: string;
            /** @description The group of attributes that name none. */
            bk_isdefault: boolean;
            /** @description Model. */
            bk_obj_id: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
            /** @description Shown folded. */
            is_collapse: boolean;
            /** @description Built in. */
            readonly ispre: boolean;
        };
        /**
         * @description An attribute as it is stored, with the name of its group.
         * @example {
         *       "bk_obj_id": "switch",
         *       "bk_property_group": "default",
         *       "bk_property_id": "serial",
         *       "bk_property_name": "Serial number",
         *       "bk_property_type": "singlechar",
         *       "editable": true,
         *       "option": ""
         *     }
         */
        AttributeInGroup: {
            /**
             * Format: int64
             * @description Business it belongs to; 0 for all.
             */
            bk_biz_id: number;
            /** @description Hidden: set through the API only. */
            bk_isapi: boolean;
            /** @description Hidden: the system's own. */
            bk_issystem: boolean;
            /** @description Model. */
            bk_obj_id: string;
            /** @description Group it is shown in. */
            bk_property_group: string;
            /** @description Display name of the group. */
            bk_property_group_name: string;
            /** @description Textual id: the field of the instance. */
            bk_property_id: string;
            /**
             * Format: int64
             * @description Position in the group.
             */
            bk_property_index: number;
            /** @description Display name. */
            bk_property_name: string;
            /**
             * @description Name of the `Kind`.
             * @enum {string}
             */
            bk_property_type: "singlechar" | "longchar" | "int" | "float" | "enum" | "enummulti" | "enumquote" | "date" | "time" | "objuser" | "organization" | "timezone" | "bool" | "list" | "id_rule" | "innertable" | "table" | "object" | "foreignkey" | "singleasst" | "multiasst";
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Field template it comes from, 0 for none.
             */
            bk_template_id: number;
            /** @description Local time text. */
            readonly create_time: string | null;
            /** @description User who created it. */
            readonly creator: string;
            /** @description Value of new instances that give none. */
            default?: unknown;
            /** @description Free text. */
            description: string;
            /** @description May be changed after creation. */
            editable: boolean;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
            /** @description Holds several values. */
            ismultiple?: boolean | null;
            /** @description Takes part in the model's first unique rule. */
            isonly: boolean;
            /** @description Built in. */
            readonly ispre: boolean;
            /** @description Display flag only. */
            isreadonly: boolean;
            /** @description Must be given and not be empty. */
            isrequired: boolean;
            /** @description Local time text. */
            readonly last_time: string | null;
            /** @description Parameters of the kind. */
            option: unknown;
            /** @description Hint for who fills it in. */
            placeholder: string;
            /** @description Unit of the value, for display. */
            unit: string;
        };
        AttributeName: {
            /** @description Textual id of the model. */
            bk_obj_id: string;
            /** @description Textual id of the attribute. */
            bk_property_id: string;
            /** @description Display name. */
            bk_property_name: string;
            /** @description Kind of the attribute. */
            bk_property_type: string;
        };
        /** @description A record as callers see it. */
        Audit: {
            /** @description What was done. */
            action: string;
            /** @description What the record is about, coarsely. */
            audit_type: string;
            /** @description Tenant. */
            bk_supplier_account: string;
            /** @description The application that it was made with. */
            code?: string;
            /** @description Nothing has a second name here. */
            extend_resource_name: string;
            /**
             * Format: int64
             * @description Number in the change log.
             */
            id: number;
            /** @description Always `user`. */
            operate_from: string;
            /** @description What it was before and after; null in summaries. */
            operation_detail: unknown;
            /** @description When. */
            operation_time: string;
            /**
             * Format: int64
             * @description Id of the changed thing.
             */
            resource_id: number;
            /** @description Its name. */
            resource_name: string;
            /** @description What kind of thing was changed. */
            resource_type: string;
            /** @description Id of the request. */
            rid?: string;
            /** @description Who made the change. */
            user: string;
        };
        AuditedOperation: {
            /** @description Action, as records name it. */
            id: string;
            /** @description Name. */
            name: string;
        };
        /** @description What one request has changed. */
        AuditedRequest: {
            /** @description The application that it was made with. */
            app: string;
            /** @description Its changes, the last one first. */
            changes: components["schemas"]["AuditedStretch"][];
            /**
             * Format: int64
             * @description How many records it has, of those that the filters leave.
             */
            count: number;
            /** @description Its id. */
            request: string;
            /** @description When, RFC 3339. */
            time: string;
            /** @description Who made it. */
            user: string;
        };
        /** @description Requests, and where to go on. */
        AuditedRequests: {
            /**
             * Format: int64
             * @description Ask with it for the next page; null at the end.
             */
            before: number | null;
            /** @description The requests, newest first. */
            requests: components["schemas"]["AuditedRequest"][];
        };
        /** @description Records of one kind that follow one another. */
        AuditedStretch: {
            /** @description What was done. */
            action: string;
            /**
             * Format: int64
             * @description How many records.
             */
            count: number;
            /**
             * Format: int64
             * @description Number of the first record; the others follow.
             */
            first: number;
            /**
             * Format: int64
             * @description Id of the thing of the first record.
             */
            id: number;
            /** @description Its name; empty for links. */
            name: string;
            /** @description What kind of thing was changed. */
            resource: string;
            /** @description Its model or association, where it has one. */
            scope: string;
            /**
             * Format: int64
             * @description Source of the first link.
             */
            source: number | null;
            /**
             * Format: int64
             * @description Its target.
             */
            target: number | null;
        };
        /** @description A kind of thing, and what can be done with it. */
        AuditedThing: {
            /** @description Resource type, as records name it. */
            id: string;
            /** @description Name. */
            name: string;
            /** @description What can be done with it. */
            operations: components["schemas"]["AuditedOperation"][];
        };
        /** @description The verdict on an operation. */
        BulkVerdict: {
            /**
             * Format: int64
             * @description Why it failed: the number of the error.
             */
            code?: number | null;
            /**
             * Format: int64
             * @description The instance or link that is in the way, if the caller may see it.
             */
            conflicting_id?: number | null;
            /**
             * Format: uint64
             * @description The earlier line that has made what is in the way, where it is of the same transaction.
             */
            conflicting_row?: number | null;
            /** @description The attribute or member that is wrong, where it is one. */
            field?: string | null;
            /**
             * Format: int64
             * @description Id of the instance or link.
             */
            id?: number | null;
            /** @description The same in the language of the caller. */
            message?: string | null;
            /**
             * Format: uint64
             * @description The line of the operation, from 1.
             */
            row: number;
            /** @description What became of it. */
            status: components["schemas"]["Status"];
        };
        /** @description What became of the operations, in order. */
        BulkVerdicts: {
            /** @description One for each operation, in their order. */
            results: components["schemas"]["BulkVerdict"][];
        };
        /** @description An association that starts at a node. */
        CanvasEdge: {
            /**
             * Format: int64
             * @description The number of its kind.
             */
            bk_asst_inst_id: number;
            /** @description Empty. */
            bk_asst_name: string;
            /** @description Empty. */
            bk_asst_type: string;
            /**
             * Format: int64
             * @description The association's number.
             */
            bk_inst_id: number;
            /** @description The model at the other end. */
            bk_obj_id: string;
            /** @description Empty. */
            label: {
                [key: string]: unknown;
            };
            /** @description `obj`. */
            node_type: string;
        };
        /** @description A model as a node. */
        CanvasModel: {
            /** @description The associations that start at the model. */
            assts: components["schemas"]["CanvasEdge"][];
            /**
             * Format: int64
             * @description 0: nodes are models.
             */
            bk_inst_id: number;
            /** @description Icon of the model. */
            bk_obj_icon: string;
            /** @description Textual id of the model. */
            bk_obj_id: string;
            /** @description Tenant. */
            bk_supplier_account: string;
            /** @description What the console keeps with it. */
            ext: {
                [key: string]: unknown;
            };
            /** @description The model is built in. */
            ispre: boolean;
            /** @description Display name of the model. */
            node_name: string;
            /** @description `obj`. */
            node_type: string;
            /** @description `{"x": …, "y": …}`; null for a node that was never placed. */
            position: {
                [key: string]: unknown;
            } | null;
            /** @description `0`. */
            scope_id: string;
            /** @description `global`. */
            scope_type: string;
        };
        /**
         * @description A classification record.
         * @example {
         *       "bk_classification_icon": "icon-cc-default",
         *       "bk_classification_id": "facility",
         *       "bk_classification_name": "Facilities"
         *     }
         */
        Classification: {
            /** @description Icon name. */
            bk_classification_icon: string;
            /** @description Textual id, unique. */
            bk_classification_id: string;
            /** @description Display name, unique. */
            bk_classification_name: string;
            /** @description `""`, `inner` or `hidden`. */
            bk_classification_type: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
        };
        /** @description The number of matches. */
        Count: {
            /**
             * Format: uint64
             * @description How many.
             */
            count: number;
        };
        /** @description The id of what was created. */
        Created: {
            /**
             * Format: int64
             * @description Numeric id.
             */
            id: number;
        };
        /** @description What became of each pair, by its index in `details`. */
        CreatedLinks: {
            /** @description The same for programs. */
            error_detail: {
                [key: string]: components["schemas"]["RefusedPair"];
            };
            /** @description Why a pair was refused, in the language of the caller. */
            error_msg: {
                [key: string]: string;
            };
            /** @description Ids of the new links. */
            success_created: {
                [key: string]: number;
            };
        };
        /** @description A new token. */
        CreatedToken: {
            /** @description When it ends (RFC 3339); empty for never. */
            expires: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            id: number;
            /** @description What it may be used for. */
            scope: components["schemas"]["Scope"];
            /** @description Its text, which is shown this once. */
            token: string;
            /** @description Whose it is. */
            user: string;
        };
        /** @description An instance, by id and name. */
        DuplicateInstance: {
            /**
             * Format: int64
             * @description Numeric id.
             */
            id: number;
            /** @description Its name. */
            name: unknown;
        };
        /** @description Instances that have the same values. */
        DuplicateSet: {
            /**
             * Format: uint64
             * @description How many instances have them.
             */
            count: number;
            /** @description The first 20 of them, by id. */
            instances: components["schemas"]["DuplicateInstance"][];
            /** @description The values, by attribute. */
            values: {
                [key: string]: unknown;
            };
        };
        /** @description What shares values. */
        Duplicates: {
            /**
             * Format: uint64
             * @description How many instances have all the values.
             */
            checked: number;
            /**
             * Format: uint64
             * @description How many sets of instances share them.
             */
            count: number;
            /** @description The sets, by their first instance. */
            sets: components["schemas"]["DuplicateSet"][];
        };
        /**
         * @description Why a call was refused.
         * @enum {integer}
         */
        ErrorCode: -2 | -1 | 1100004 | 1101003 | 1101007 | 1101014 | 1101016 | 1101024 | 1101027 | 1101029 | 1101030 | 1101035 | 1101037 | 1101038 | 1101041 | 1101042 | 1101043 | 1101045 | 1101046 | 1101047 | 1101051 | 1101052 | 1101053 | 1101054 | 1101055 | 1101056 | 1101060 | 1101061 | 1101062 | 1101069 | 1101072 | 1101073 | 1101074 | 1101075 | 1101082 | 1101084 | 1101085 | 1101088 | 1101092 | 1101093 | 1101107 | 1101109 | 1101110 | 1101113 | 1101120 | 1101121 | 1101122 | 1101123 | 1101124 | 1101125 | 1101126 | 1101127 | 1101135 | 1101149 | 1101163 | 1101166 | 1101167 | 1102020 | 1103007 | 1109001 | 1109002 | 1109004 | 1109005 | 1113001 | 1113024 | 1113026 | 1113027 | 1113028 | 1113035 | 1113039 | 1113042 | 1113050 | 1113051 | 1113052 | 1113053 | 1117009 | 1199000 | 1199002 | 1199003 | 1199004 | 1199005 | 1199006 | 1199007 | 1199008 | 1199009 | 1199010 | 1199011 | 1199012 | 1199014 | 1199015 | 1199016 | 1199017 | 1199018 | 1199019 | 1199020 | 1199024 | 1199025 | 1199027 | 1199030 | 1199035 | 1199037 | 1199038 | 1199045 | 1199046 | 1199047 | 1199048 | 1199059 | 1199061 | 1199072 | 1199073 | 1199075 | 1199080 | 1199083 | 1199084 | 1199085 | 1199087 | 1199088 | 1199089 | 1199090 | 1199091 | 1199092 | 1199997 | 1199998 | 1199999 | 9900403;
        /**
         * @description Either a group, with condition and rules, or a rule, with field, operator and value. Groups may hold groups, three levels in all.
         * @example {
         *       "condition": "AND",
         *       "rules": [
         *         {
         *           "field": "bk_inst_name",
         *           "operator": "begins_with",
         *           "value": "sw-"
         *         }
         *       ]
         *     }
         */
        Expression: {
            /**
             * @description How the rules of a group are joined.
             * @enum {string}
             */
            condition?: "AND" | "OR";
            /** @description Field of the record. */
            field?: string;
            /**
             * @description What the field is asked for.
             * @enum {string}
             */
            operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist" | "begins_with_i" | "not_begins_with_i" | "contains_s" | "not_contains_i" | "ends_with_i" | "not_ends_with_i" | "size" | "filter_object" | "filter_array";
            /** @description The rules and groups in a group. */
            rules?: components["schemas"]["Expression"][];
            /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
            value?: unknown;
        };
        /** @description Why the request was not carried out. */
        Failure: {
            bk_error_code: components["schemas"]["ErrorCode"];
            /**
             * @description Text for a reader, in the language that was asked for.
             * @example there is no such model
             */
            bk_error_msg: string;
            data?: null;
            /** @description What to ask for where a permission is lacking. */
            permission: Record<string, never> | null;
            /** @constant */
            result: false;
        };
        /** @description Rows with their number. */
        FoundAssociationKind: {
            /**
             * Format: uint64
             * @description How many match in all.
             */
            count: number;
            /** @description This page of them. */
            info: components["schemas"]["AssociationKind"][];
        };
        /** @description Rows with their number. */
        FoundAudit: {
            /**
             * Format: uint64
             * @description How many match in all.
             */
            count: number;
            /** @description This page of them. */
            info: components["schemas"]["Audit"][];
        };
        /** @description Rows with their number. */
        FoundToken: {
            /**
             * Format: uint64
             * @description How many match in all.
             */
            count: number;
            /** @description This page of them. */
            info: components["schemas"]["Token"][];
        };
        /** @description How many matches a model has. */
        FulltextCounted: {
            /**
             * Format: uint64
             * @description How many there are.
             */
            count: number;
            /** @description Textual id of the model. */
            key: string;
            /** @description `model` or `instance`. */
            kind: string;
        };
        /** @description What was found. */
        FulltextFound: {
            /** @description How many matches each model has. */
            aggregations: components["schemas"]["FulltextCounted"][] | null;
            /** @description The attributes of the models whose instances are among the hits. */
            attrs: components["schemas"]["AttributeName"][] | null;
            /** @description A page of the matches. */
            hits: components["schemas"]["FulltextHit"][] | null;
            /**
             * Format: uint64
             * @description How many matches there are.
             */
            total: number;
        };
        FulltextHit: {
            /** @description The members in which the text stands, with the text between `<em>` and `</em>`. */
            highlight: {
                [key: string]: string[];
            };
            /** @description Textual id of the model. */
            key: string;
            /** @description `model` or `instance`. */
            kind: string;
            /** @description The model or the instance. */
            source: {
                [key: string]: unknown;
            };
        };
        /** @description The links of a node under one association in one direction. */
        GraphGroup: {
            /** @description Textual id of the association. */
            association: string;
            /** @description `out` where the node is the source, `in` where it is the target. */
            direction: string;
            /** @description The model of the other ends. */
            model: string;
            /** @description Key of the node. */
            node: string;
            /**
             * Format: uint64
             * @description How many of them are in `links`.
             */
            shown: number;
            /**
             * Format: uint64
             * @description How many there are that the caller may see and the filters let through.
             */
            total: number;
        };
        /** @description What was reached. */
        GraphImpact: {
            /** @description How many at each distance, from 1. */
            by_distance: number[];
            /** @description How many by model, roots not counted. */
            by_model: {
                [key: string]: number;
            };
            /**
             * Format: uint
             * @description How many instances, roots not counted.
             */
            count: number;
            /** @description The nearest of them, roots first. */
            nodes: components["schemas"]["GraphReached"][];
            /** @description What was left out: `limit` (of the list only), `max_nodes`, `depth` or `work` (there is or may be more to reach). */
            truncated: string[];
            /** @description The associations at models that were reached which declare no `impact`, so that the direction of their kind counted. That is how links are drawn, and often not which way an effect goes. */
            undeclared: string[];
        };
        /** @description A link between two nodes of the answer. */
        GraphLink: {
            /** @description Textual id of the association. */
            association: string;
            /**
             * Format: int64
             * @description Id of the link.
             */
            id: number;
            /** @description Key of the source. */
            source: string;
            /** @description Key of the target. */
            target: string;
        };
        /** @description An instance that was reached. */
        GraphNode: {
            /**
             * Format: uint32
             * @description Links from the nearest root.
             */
            distance: number;
            /**
             * Format: int64
             * @description Id of the instance.
             */
            id: number;
            /** @description Names it in this answer: `MODEL:ID`. */
            key: string;
            /** @description Textual id of the model. */
            model: string;
            /** @description Name of the instance. */
            name: string;
        };
        /** @description A part of the graph. */
        GraphPart: {
            /** @description How many links each node has. */
            groups: components["schemas"]["GraphGroup"][];
            /** @description Links between them, by id. */
            links: components["schemas"]["GraphLink"][];
            /** @description Instances, by distance. */
            nodes: components["schemas"]["GraphNode"][];
            /** @description What was left out: `limit_per_node`, `max_nodes`, `work`; empty when nothing was. */
            truncated: string[];
        };
        /** @description A path. */
        GraphPath: {
            /** @description Its links, in order. */
            links: components["schemas"]["GraphLink"][];
            /** @description Keys of its nodes, in order. */
            nodes: string[];
        };
        /** @description The shortest paths. */
        GraphPaths: {
            /**
             * Format: uint64
             * @description How many shortest paths there are.
             */
            count: number;
            /**
             * Format: uint32
             * @description How many links each has; null when there is no path.
             */
            length: number | null;
            /** @description The nodes of these paths. */
            nodes: components["schemas"]["GraphNode"][];
            /** @description The first of them. */
            paths: components["schemas"]["GraphPath"][];
            /** @description What was left out: `limit` (of the list only), `max_length` or `work` (there may be longer paths). */
            truncated: string[];
        };
        /** @description A node, and how it was reached. */
        GraphReached: {
            /**
             * Format: uint32
             * @description Links from the nearest root.
             */
            distance: number;
            /**
             * Format: int64
             * @description Id of the instance.
             */
            id: number;
            /** @description Names it in this answer: `MODEL:ID`. */
            key: string;
            /** @description Textual id of the model. */
            model: string;
            /** @description Name of the instance. */
            name: string;
            /** @description The first of the shortest ways: its last link. The node before it comes earlier in the list; none for roots. */
            via: components["schemas"]["GraphLink"] | null;
        };
        /** @description Changes, newest first, and where to go on. */
        HistoryPage: {
            /**
             * Format: int64
             * @description Ask with it for the next page; null at the end.
             */
            before: number | null;
            /** @description The changes, newest first. */
            changes: unknown[];
        };
        /** @description A value, and how many have it. */
        InstanceGroup: {
            /**
             * Format: uint64
             * @description How many.
             */
            count: number;
            /** @description The value. */
            value: unknown;
        };
        /** @description A page of instances. */
        InstanceList: {
            /** @description Where the next page begins; null at the end. */
            cursor: string | null;
            /** @description Counts by value, largest first, at most 1000; null when nobody asked. An instance without a value counts for null, one with several for each of them. */
            groups: components["schemas"]["InstanceGroup"][] | null;
            /** @description The instances, with the attributes that were asked for. */
            items: {
                [key: string]: unknown;
            }[];
            /**
             * Format: uint64
             * @description How many the filter finds in all; null when nobody asked.
             */
            total: number | null;
        };
        /** @description A page of rows; null when there is none, as the API has it. */
        Instances: {
            /** @description Instances with the attributes of their model. */
            info: {
                [key: string]: unknown;
            }[] | null;
        };
        /** @description One attribute of a unique rule. */
        KeyPart: {
            /**
             * Format: int64
             * @description Numeric id of the attribute.
             */
            key_id: number;
            /**
             * @description Always `property`.
             * @example property
             */
            key_kind: string;
        };
        /** @description Rows without a count. */
        LinkRows: {
            /** @description The links of this page. */
            info: {
                /** @description Kind of the association. */
                bk_asst_id?: string;
                /**
                 * Format: int64
                 * @description Id of the target instance.
                 */
                bk_asst_inst_id?: number;
                /** @description Target model. */
                bk_asst_obj_id?: string;
                /**
                 * Format: int64
                 * @description Id of the source instance.
                 */
                bk_inst_id?: number;
                /** @description Textual id of the association. */
                bk_obj_asst_id?: string;
                /** @description Source model. */
                bk_obj_id?: string;
                /** @description Tenant. */
                bk_supplier_account?: string;
                /**
                 * Format: int64
                 * @description Id.
                 */
                id?: number;
            }[];
        };
        /** @description Rows, or their number. */
        ListedRows: {
            /**
             * Format: uint64
             * @description How many there are, when that was asked for, else 0.
             */
            count: number;
            /** @description The rows; null when their number was asked for. */
            info: {
                [key: string]: unknown;
            }[] | null;
        };
        /**
         * @description A model record.
         * @example {
         *       "bk_classification_id": "bk_network",
         *       "bk_obj_icon": "icon-cc-switch2",
         *       "bk_obj_id": "switch",
         *       "bk_obj_name": "Switch"
         *     }
         */
        Model: {
            /** @description Classification the model belongs to. */
            bk_classification_id: string;
            /** @description Display flag only. */
            bk_ishidden: boolean;
            /** @description No new instances. */
            bk_ispaused: boolean;
            /** @description Icon name. */
            bk_obj_icon: string;
            /** @description Textual id, unique. */
            bk_obj_id: string;
            /** @description Display name, unique. */
            bk_obj_name: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /** @description Local time text. */
            readonly create_time: string | null;
            /** @description User who created it. */
            readonly creator: string;
            /** @description Free text. */
            description: string;
            /**
             * Format: int64
             * @description Numeric id. It names the part of the store where the instances are.
             */
            readonly id: number;
            /** @description Built in. */
            readonly ispre: boolean;
            /** @description Local time text. */
            readonly last_time: string | null;
            /** @description User who changed it last. */
            readonly modifier: string;
            /**
             * Format: int64
             * @description Position within the classification, from 1.
             */
            obj_sort_number: number;
            /** @description Position on the canvas, JSON text. */
            position: string;
        };
        /**
         * @description An association between two models.
         * @example {
         *       "bk_asst_id": "connect",
         *       "bk_asst_obj_id": "host",
         *       "bk_obj_asst_id": "switch_connect_host",
         *       "bk_obj_asst_name": "",
         *       "bk_obj_id": "switch",
         *       "mapping": "1:n"
         *     }
         */
        ModelAssociation: {
            /** @description Kind. */
            bk_asst_id: string;
            /** @description Target model. */
            bk_asst_obj_id: string;
            /** @description Textual id, unique; by convention `{source}_{kind}_{target}`. */
            bk_obj_asst_id: string;
            /** @description Display name. */
            bk_obj_asst_name: string;
            /** @description Source model. */
            bk_obj_id: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
            /** @description Which way an effect goes along links: `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. Where it is left out, the `direction` of the kind counts. */
            impact?: string;
            /** @description Built in. */
            readonly ispre: boolean;
            /**
             * @description `1:1`, `1:n` or `n:n` (none counts as the last).
             * @example n:n
             */
            mapping: string;
            /** @description `none`, `delete_src`, `delete_dest`: kept, without effect. */
            on_delete: string;
        };
        /** @description Why the request was not carried out (RFC 9457). */
        Problem: {
            code: components["schemas"]["ErrorCode"];
            /** @description Text for a reader, in the language that was asked for. */
            detail: string;
            /** @description The id of the request, which names it in the log. */
            instance: string;
            /** @description The parameter that is wrong, where it is one. */
            parameter?: string;
            /** @description What to ask for where a permission is lacking. */
            permission?: Record<string, never>;
            /** @description The status of the answer. */
            status: number;
            /** @description The code in words, the same in every language. */
            title: string;
            /** @description Names the code. */
            type: string;
        };
        /**
         * @description Either a group, with condition and rules, or a rule, with field, operator and value. Groups may hold groups, three levels in all.
         * @example {
         *       "condition": "AND",
         *       "rules": [
         *         {
         *           "field": "bk_inst_name",
         *           "operator": "begins_with",
         *           "value": "sw-"
         *         }
         *       ]
         *     }
         */
        Querybuilder: {
            /**
             * @description How the rules of a group are joined.
             * @enum {string}
             */
            condition?: "AND" | "OR";
            /** @description Field of the record. */
            field?: string;
            /**
             * @description What the field is asked for.
             * @enum {string}
             */
            operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist";
            /** @description The rules and groups in a group. */
            rules?: components["schemas"]["Querybuilder"][];
            /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
            value?: unknown;
        };
        /** @description A refused pair, for programs. */
        RefusedPair: {
            /**
             * Format: int64
             * @description Id of the target instance.
             */
            bk_asst_inst_id: number;
            /**
             * Format: int64
             * @description Id of the source instance.
             */
            bk_inst_id: number;
            /**
             * Format: int64
             * @description Number of the error.
             */
            code: number;
        };
        /** @description What was done, or would be. */
        Reverted: {
            /** @description The changes, in the order in which they are taken back. */
            changes: components["schemas"]["RevertedChange"][];
            /**
             * Format: uint
             * @description How many of the changes are in conflict with what happened since.
             */
            conflicts: number;
            /** @description It was done; false after a dry run. */
            reverted: boolean;
        };
        /** @description A change that is taken back. */
        RevertedChange: {
            /** @description Why it cannot be taken back. */
            conflict: string | null;
            /** @description What takes the change back: `delete`, `update`, `create`; `keep` for numbers of id rules, tasks and notes. */
            does: string;
            /**
             * Format: int64
             * @description Its id.
             */
            id: number;
            /** @description What was changed. */
            resource: string;
            /** @description Its model or association. */
            scope: string;
            /**
             * Format: int64
             * @description Number of the change.
             */
            seq: number;
            /** @description What is written: fields with their former values, or the thing that is created again. */
            writes: unknown;
        };
        /** @description A saved view. */
        SavedView: {
            /** @description When it was created. */
            create_time: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            id: number;
            /** @description When it was changed last. */
            last_time: string;
            /** @description Textual id of the model. */
            model: string;
            /** @description What people call it. */
            name: string;
            /** @description Who has created it. */
            owner: string;
            /** @description Filter, order and columns as the query of an address, such as `f.bk_vendor.in=Huawei&sort=-bk_inst_id`. */
            query: string;
            /** @description Everybody who may see instances of the model sees it. */
            shared: boolean;
            /** @description What addresses call it. */
            slug: string;
        };
        /** @description The views that were found. */
        SavedViews: {
            /** @description The views, by ascending id. */
            items: components["schemas"]["SavedView"][];
        };
        /** @description What credentials may be used for at the most, whoever shows them. */
        Scope: "read" | "write" | "admin";
        /** @description What became of an operation. */
        Status: "created" | "updated" | "unchanged" | "exists" | "deleted" | "failed";
        /** @description The envelope of an answer; what was asked for is in `data`. */
        Success: {
            /** @constant */
            bk_error_code: 0;
            /**
             * @description Text for a reader, in the language that was asked for.
             * @example success
             */
            bk_error_msg: string;
            permission: null;
            /** @constant */
            result: true;
        };
        /** @description An access token. */
        Token: {
            /** @description When it was created. */
            create_time: string;
            /** @description Who created it. */
            creator: string;
            /** @description When it ends (RFC 3339); empty for never. */
            expires: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            id: number;
            /** @description When it was used last, an hour more or less; empty for never. */
            last_used: string;
            /** @description What it is for. */
            name: string;
            /** @description Networks that it may be shown from; empty for all. */
            networks: string[];
            /** @description Is not taken any more. */
            revoked: boolean;
            /**
             * @description What it may be used for.
             * @default admin
             */
            scope: components["schemas"]["Scope"];
            /** @description It is a session, which a password has opened. */
            session: boolean;
            /** @description Whose it is. */
            user: string;
        };
        /** @description A unique rule record. */
        UniqueRule: {
            /** @description Model. */
            bk_obj_id: string;
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Field template it comes from, 0 for none.
             */
            bk_template_id: number;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
            /** @description Built in. */
            readonly ispre: boolean;
            /** @description Attributes that are unique together. */
            keys: components["schemas"]["KeyPart"][];
            /** @description Local time text. */
            readonly last_time: string | null;
        };
        /** @description The associations of a kind. */
        Usage: {
            /** @description The associations between models that are of this kind. */
            assts: components["schemas"]["ModelAssociation"][];
            /** @description Textual id of the kind. */
            bk_asst_id: string;
        };
        /** @description How many associations have a kind. */
        UsageCount: {
            /** @description Textual id of the kind. */
            bk_asst_id: string;
            /**
             * Format: uint
             * @description How many associations between models are of this kind.
             */
            count: number;
        };
        /** @description What there is of each kind that was asked for, in that order. */
        UsageCounts: {
            /** @description One item for each kind, in the order of the request. */
            associations: components["schemas"]["UsageCount"][];
        };
        /** @description What there is of each kind that was asked for, in that order. */
        Usages: {
            /** @description One item for each kind, in the order of the request. */
            associations: components["schemas"]["Usage"][];
        };
        /**
         * @description A classification with the models in it.
         * @example {
         *       "bk_classification_icon": "icon-cc-default",
         *       "bk_classification_id": "facility",
         *       "bk_classification_name": "Facilities"
         *     }
         */
        WithModels: {
            /** @description Icon name. */
            bk_classification_icon: string;
            /** @description Textual id, unique. */
            bk_classification_id: string;
            /** @description Display name, unique. */
            bk_classification_name: string;
            /** @description `""`, `inner` or `hidden`. */
            bk_classification_type: string;
            /** @description The models, in their order. */
            bk_objects: components["schemas"]["Model"][];
            /** @description Tenant. */
            readonly bk_supplier_account: string;
            /**
             * Format: int64
             * @description Numeric id.
             */
            readonly id: number;
        };
    };
    responses: {
        /**
         * @description Nobody is signed in, or the credentials are wrong.
         *
         *     - `1100004` the gateway's signature of this request is not accepted
         *     - `1199027` the header that names {0} is missing
         *     - `1199048` you are not signed in, or the credentials are wrong
         */
        401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /**
         * @description The body is larger than the limit.
         *
         *     - `1199004` the request body is larger than {0} bytes
         */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /**
         * @description A defect or a damaged store.
         *
         *     - `1109001` the audit record could not be saved
         *     - `1109002` the state for the audit record could not be read
         *     - `1109005` the audit record could not be made
         *     - `1199061` stored data could not be read; the operator finds the details in the log
         *     - `1199999` an unexpected internal failure; the operator finds the details in the log
         */
        500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /**
         * @description Nothing was done; the same request may succeed later.
         *
         *     - `1113053` a concurrent change got in between; try again
         *     - `1199017` the store cannot be reached now; try again later
         *     - `1199046` the permission could not be checked now; try again later
         *     - `1199088` the lock could not be obtained; try again later
         *     - `1199997` too many requests; slow down and try again
         */
        503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /**
         * @description Nobody can say yet whether the request was carried out; look before you send it again.
         *
         *     - `-2` the store failed while the request was carried out; look whether it was before you send it again
         *     - `-1` the request took more than {0} seconds and may still be carried out; look before you send it again
         */
        504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"];
            };
        };
        /**
         * @description The request cannot be read.
         *
         *     - `1199000` the request body is not JSON of the expected shape
         *     - `1199005` the request body is empty
         *     - `1199030` the input cannot be understood
         */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Nobody is signed in, or the credentials are wrong.
         *
         *     - `1100004` the gateway's signature of this request is not accepted
         *     - `1199027` the header that names {0} is missing
         *     - `1199048` you are not signed in, or the credentials are wrong
         */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description A permission is lacking; `permission` says which.
         *
         *     - `1199047` you have no permission to do this
         *     - `9900403` you have no permission to do this; ask for the one that is named here
         */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Something that the request names does not exist.
         *
         *     - `1101003` the instance could not be found
         *     - `1101007` the model of the instance does not exist
         *     - `1101016` there is no such model, or more than one
         *     - `1101046` the model association does not exist
         *     - `1101056` model association {0} does not exist any more
         *     - `1101072` the association kind or model association does not exist
         *     - `1101073` source instance {0} of {1} does not exist
         *     - `1101074` target instance {0} of {1} does not exist
         *     - `1101110` model {0} has no unique rule {1}
         *     - `1101113` the classification does not exist
         *     - `1199011` not valid, or refers to nothing that exists: {0}
         *     - `1199019` what is to be changed does not exist
         *     - `1199037` there is no endpoint {0}
         */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Something stored is against it.
         *
         *     - `1101029` the classification still contains models; move or delete them first
         *     - `1101030` there are hosts below this node; move them away before you delete it
         *     - `1101035` the business topology has as many levels as are allowed
         *     - `1101037` model {0} still has instances; delete them first
         *     - `1101038` source instance {0} of {1} and target instance {2} of {3} are linked already under this association
         *     - `1101038` an association of this kind from model {0} to model {1} exists already
         *     - `1101042` more than one model association has this id
         *     - `1101043` instances are linked under this model association; delete the links first
         *     - `1101052` association {2} is 1:1, and source instance {0} or target instance {1} has a link already
         *     - `1101053` the model takes part in associations; delete them first
         *     - `1101060` model associations use this association kind; delete them first
         *     - `1101061` association {1} is 1:n, and target instance {0} has a source already
         *     - `1101062` the id of the model association is not unique
         *     - `1101069` a model has to keep at least one unique rule
         *     - `1101075` the instance is linked with others; delete its links first
         *     - `1101084` the model is paused; resume it to create instances
         *     - `1101107` the model has an attribute with this id or name already
         *     - `1101122` attribute {0} comes from field template {1} and cannot be deleted here
         *     - `1101123` unique rule {0} comes from field template {1} and cannot be changed here
         *     - `1101124` model {0} cannot be paused while field template {1} is being applied
         *     - `1101125` attribute {0} of the field template cannot be applied to model {1}: {2}
         *     - `1101126` unique rule {0} of the field template is in conflict with one of model {1}
         *     - `1101127` model {0} has a custom field of business {1} with the id or name of {2}
         *     - `1101149` the level cannot be removed: instances below it would share a name under one parent
         *     - `1113001` the attribute group still contains attributes; move or delete them first
         *     - `1113024` the attribute is part of a unique rule; change the rule first
         *     - `1113039` instances violate the unique rule already: {0}
         *     - `1113042` the field template is bound to models; unbind them first
         *     - `1113050` a unique rule with these attributes exists already
         *     - `1113051` a unique rule with some of these attributes exists already: {0}
         *     - `1113052` a unique rule with these attributes and more exists already, or no attribute was given
         *     - `1117009` task {0} is running; try again when it has ended
         *     - `1199014` {0} is there already and has to be unique
         *     - `1199087` the same task {0} is under way; try again when it has ended
         */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The body is larger than the limit.
         *
         *     - `1199004` the request body is larger than {0} bytes
         */
        Problem413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description The request says something that is not allowed.
         *
         *     - `1101014` the topology level could not be deleted: {0}
         *     - `1101024` the classification named for the model does not exist
         *     - `1101027` the attribute groups could not be changed
         *     - `1101041` the id of a model association has to be a positive integer
         *     - `1101045` a model association needs a kind, a source model and a target model
         *     - `1101047` of a model association only the display name can be changed
         *     - `1101051` a built-in association kind cannot be deleted
         *     - `1101054` a built-in model association cannot be changed
         *     - `1101055` a built-in model association cannot be deleted
         *     - `1101082` associations of kind bk_mainline are changed by the endpoints of the business topology only
         *     - `1101085` the unique rules of business topology models cannot be changed
         *     - `1101088` the full-text search could not be carried out
         *     - `1101092` a business topology model cannot get a required attribute
         *     - `1101093` the bk_obj_id of row {0} differs from the model in the path
         *     - `1101109` the regular expression of {0} cannot be used
         *     - `1101120` model {0} cannot be the source of an association
         *     - `1101121` model {0} cannot be the target of an association
         *     - `1101135` a built-in model cannot be deleted
         *     - `1101163` the attributes of the unique rule could not be read
         *     - `1101166` a unique rule cannot have a key of kind {0}; use property
         *     - `1101167` a built-in unique rule cannot be changed or deleted
         *     - `1102020` the store did not carry out the operation
         *     - `1103007` this cursor is not one of the change log, or one of another store; start anew by time or from now
         *     - `1109004` the search took too long and was given up; narrow the condition or ask for a smaller page
         *     - `1113026` model {0} cannot get a required attribute
         *     - `1113027` whether attributes of model {0} are required cannot be changed
         *     - `1113028` model {0} cannot get further attributes
         *     - `1113035` attribute {0} is of a type that unique rules do not support
         *     - `1199002` the request could not be carried out: {0}
         *     - `1199003` the list of ids is empty or invalid
         *     - `1199006` parameter {0} is not valid
         *     - `1199007` parameter {0} has to be a string
         *     - `1199008` parameter {0} is missing
         *     - `1199009` parameter {0} has to be an integer
         *     - `1199010` parameter {0} has to be given and not be empty
         *     - `1199012` attributes of type {0} hold one value only
         *     - `1199015` the value of {0} is longer than allowed
         *     - `1199016` the value of {0} does not match its regular expression
         *     - `1199018` it could not be stored, or is there already
         *     - `1199020` the change could not be stored
         *     - `1199024` parameter {0} has to be a time zone
         *     - `1199025` parameter {0} has to be true or false
         *     - `1199035` {0} holds more than {1} elements
         *     - `1199038` {0} is empty; at least one element is needed
         *     - `1199045` what permission the request needs could not be told from it
         *     - `1199059` the page limit is larger than allowed
         *     - `1199072` there is no page on which the permission could be asked for
         *     - `1199073` {0} exceeds its limit of {1}
         *     - `1199075` instances of the business topology cannot be changed by the general instance endpoints
         *     - `1199080` the option of {0} has to be a list of texts
         *     - `1199083` field {0} cannot be changed
         *     - `1199084` instances of built-in models cannot be used through the general instance endpoints
         *     - `1199085` attribute type {0} is unknown
         *     - `1199089` {0} has to hold 1 to {1} elements
         *     - `1199090` the regular expression of {0} has to be a text
         *     - `1199091` at least one of {0} and {1} has to be given
         *     - `1199092` {0} needs exactly one choice
         *     - `1199998` the request failed
         */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Too many requests; nothing was done.
         *
         *     - `1199997` too many requests; slow down and try again
         */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description A defect or a damaged store.
         *
         *     - `1109001` the audit record could not be saved
         *     - `1109002` the state for the audit record could not be read
         *     - `1109005` the audit record could not be made
         *     - `1199061` stored data could not be read; the operator finds the details in the log
         *     - `1199999` an unexpected internal failure; the operator finds the details in the log
         */
        Problem500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Nothing was done; the same request may succeed later.
         *
         *     - `1113053` a concurrent change got in between; try again
         *     - `1199017` the store cannot be reached now; try again later
         *     - `1199046` the permission could not be checked now; try again later
         *     - `1199088` the lock could not be obtained; try again later
         */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Nobody can say yet whether the request was carried out; look before you send it again.
         *
         *     - `-2` the store failed while the request was carried out; look whether it was before you send it again
         *     - `-1` the request took more than {0} seconds and may still be carried out; look before you send it again
         */
        Problem504: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    list_audited_requests: {
        parameters: {
            query?: {
                /**
                 * @description `create`, `update`, `delete`, `stop` or `resume`.
                 * @example update
                 */
                action?: string;
                /** @description Only what is before this number, which the answer before gave. */
                before?: number | string | null;
                /**
                 * @description Not before this time.
                 * @example 2026-01-01 00:00:00
                 */
                from?: string;
                /** @description Id of the changed thing. */
                id?: number | string | null;
                /**
                 * @description Requests in one answer, at most 200; 50 when it is left out.
                 * @example 10
                 */
                limit?: number | string | null;
                /**
                 * @description Textual id of the model of the instances, or of one at an end of the links.
                 * @example switch
                 */
                model?: string;
                /** @description Id of the request. */
                request?: string;
                /** @description What kind of thing was changed, such as `model_instance`, which it is when `model` is given alone. */
                resource?: string;
                /** @description Not after it. */
                to?: string;
                /** @description Who made them. */
                user?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "before": 1,
                     *       "requests": [
                     *         {
                     *           "app": "",
                     *           "changes": [
                     *             {
                     *               "action": "update",
                     *               "count": 1,
                     *               "first": 1,
                     *               "id": 1,
                     *               "name": "switches",
                     *               "resource": "",
                     *               "scope": "",
                     *               "source": 1,
                     *               "target": 1
                     *             }
                     *           ],
                     *           "count": 1,
                     *           "request": "",
                     *           "time": "",
                     *           "user": "admin"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AuditedRequests"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    relata_bulk: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "chunk": 1,
                 *       "dry_run": false,
                 *       "mode": "partial",
                 *       "on_conflict": "fail",
                 *       "operations": [
                 *         {
                 *           "attributes": {
                 *             "bk_inst_name": "sw-07"
                 *           },
                 *           "label": "sw7",
                 *           "model": "bk_switch",
                 *           "op": "create"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: uint
                     * @description Operations in one transaction of a stream with the mode `partial`; 1000 when it is left out.
                     */
                    chunk?: number | null;
                    /** @description Answer the same verdicts, and write nothing. */
                    dry_run?: boolean;
                    /**
                     * @description `partial` or `atomic`.
                     * @default partial
                     */
                    mode?: "partial" | "atomic";
                    /**
                     * @description What becomes of a creation of what is there already.
                     * @default fail
                     */
                    on_conflict?: "fail" | "skip" | "update";
                    /** @description The operations, where they do not come as lines. */
                    operations?: {
                        /** @description Textual id of the association, for an operation on a link. */
                        association?: string | null;
                        /** @description Attributes of the instance. */
                        attributes?: {
                            [key: string]: unknown;
                        };
                        /** @description For an update: values that the instance has to have, so that nothing is overwritten that the caller has not seen. Where one differs, nothing is done, with the code 1113053 and the attribute as `field`. */
                        expected?: {
                            [key: string]: unknown;
                        };
                        /**
                         * Format: int64
                         * @description Id of the link, where one is deleted by it.
                         */
                        id?: number | null;
                        /** @description Which instance is updated, upserted or deleted. An upsert may leave it out: then it is the one with the values that `attributes` has for the first unique rule of which it has all. */
                        instance?: (number | string | {
                            [key: string]: unknown;
                        }) | null;
                        /** @description A name for the instance of this operation, by which later ones of the stream may name it. */
                        label?: string | null;
                        /** @description Textual id of the model, for an operation on an instance. */
                        model?: string | null;
                        /** @description What is to be done. */
                        op: "create" | "update" | "upsert" | "delete";
                        /** @description Source of the link. */
                        source?: (number | string | {
                            [key: string]: unknown;
                        }) | null;
                        /** @description Target of the link. */
                        target?: (number | string | {
                            [key: string]: unknown;
                        }) | null;
                    }[];
                };
                "application/x-ndjson": {
                    /** @description Textual id of the association, for an operation on a link. */
                    association?: string | null;
                    /** @description Attributes of the instance. */
                    attributes?: {
                        [key: string]: unknown;
                    };
                    /** @description For an update: values that the instance has to have, so that nothing is overwritten that the caller has not seen. Where one differs, nothing is done, with the code 1113053 and the attribute as `field`. */
                    expected?: {
                        [key: string]: unknown;
                    };
                    /**
                     * Format: int64
                     * @description Id of the link, where one is deleted by it.
                     */
                    id?: number | null;
                    /** @description Which instance is updated, upserted or deleted. An upsert may leave it out: then it is the one with the values that `attributes` has for the first unique rule of which it has all. */
                    instance?: (number | string | {
                        [key: string]: unknown;
                    }) | null;
                    /** @description A name for the instance of this operation, by which later ones of the stream may name it. */
                    label?: string | null;
                    /** @description Textual id of the model, for an operation on an instance. */
                    model?: string | null;
                    /** @description What is to be done. */
                    op: "create" | "update" | "upsert" | "delete";
                    /** @description Source of the link. */
                    source?: (number | string | {
                        [key: string]: unknown;
                    }) | null;
                    /** @description Target of the link. */
                    target?: (number | string | {
                        [key: string]: unknown;
                    }) | null;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "code": 1,
                     *           "conflicting_id": 1,
                     *           "conflicting_row": 1,
                     *           "field": "",
                     *           "id": 1,
                     *           "message": "",
                     *           "row": 1,
                     *           "status": "created"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BulkVerdicts"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    find_duplicates: {
        parameters: {
            query?: {
                /** @description Textual ids of the attributes that would be unique together, separated by commas. */
                fields?: string;
                /** @description Most sets to answer, 1 to 500: 100 when nothing is said. */
                limit?: number | string | null;
            };
            header?: never;
            path: {
                /**
                 * @description Textual id of the model.
                 * @example switch
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "checked": 1,
                     *       "count": 1,
                     *       "sets": [
                     *         {
                     *           "count": 1,
                     *           "instances": [
                     *             {
                     *               "id": 1,
                     *               "name": null
                     *             }
                     *           ],
                     *           "values": {}
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Duplicates"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    expand_graph: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "associations": [
                 *         "text"
                 *       ],
                 *       "depth": 1,
                 *       "direction": "out",
                 *       "filters": {},
                 *       "format": "json",
                 *       "limit_per_node": 1,
                 *       "max_nodes": 1,
                 *       "models": [
                 *         "switch"
                 *       ],
                 *       "roots": [
                 *         {
                 *           "id": 1,
                 *           "model": "switch"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Only links of these associations, by textual id; none for all. */
                    associations?: string[];
                    /**
                     * Format: uint64
                     * @description Hops: 1 when left out, at most 10.
                     */
                    depth?: number | null;
                    /** @description Which way to follow links. */
                    direction?: "out" | "in" | "both";
                    /** @description By model: only instances that this filter expression matches. Where the walk begins is not asked. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description How the answer is written. */
                    format?: "json" | "graphml" | "dot";
                    /**
                     * Format: uint64
                     * @description Links followed of one instance under one association in one direction: 50 when left out, at most 10000.
                     */
                    limit_per_node?: number | null;
                    /**
                     * Format: uint64
                     * @description Nodes in the answer: 1500 when left out, at most 50000.
                     */
                    max_nodes?: number | null;
                    /** @description Only instances of these models, by textual id; none for all. */
                    models?: string[];
                    /** @description The instances to begin with, at most 1000. */
                    roots?: {
                        /**
                         * Format: int64
                         * @description Id of the instance.
                         */
                        id?: number;
                        /** @description Textual id of the model. */
                        model?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/graphml+xml": string;
                    /**
                     * @example {
                     *       "groups": [
                     *         {
                     *           "association": "",
                     *           "direction": "",
                     *           "model": "switch",
                     *           "node": "",
                     *           "shown": 1,
                     *           "total": 1
                     *         }
                     *       ],
                     *       "links": [
                     *         {
                     *           "association": "",
                     *           "id": 1,
                     *           "source": "",
                     *           "target": ""
                     *         }
                     *       ],
                     *       "nodes": [
                     *         {
                     *           "distance": 1,
                     *           "id": 1,
                     *           "key": "",
                     *           "model": "switch",
                     *           "name": "switches"
                     *         }
                     *       ],
                     *       "truncated": [
                     *         ""
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GraphPart"];
                    "text/vnd.graphviz": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    read_graph_impact: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "associations": [
                 *         "text"
                 *       ],
                 *       "depth": 1,
                 *       "filters": {},
                 *       "format": "json",
                 *       "limit": 10,
                 *       "max_nodes": 1,
                 *       "models": [
                 *         "switch"
                 *       ],
                 *       "roots": [
                 *         {
                 *           "id": 1,
                 *           "model": "switch"
                 *         }
                 *       ],
                 *       "upstream": false
                 *     }
                 */
                "application/json": {
                    /** @description Only links of these associations, by textual id; none for all. */
                    associations?: string[];
                    /**
                     * Format: uint64
                     * @description Hops: 100 when left out, at most 1000.
                     */
                    depth?: number | null;
                    /** @description By model: only instances that this filter expression matches. Where the walk begins is not asked. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description How the answer is written. */
                    format?: "json" | "graphml" | "dot";
                    /**
                     * Format: uint64
                     * @description Nodes in the answer: 1000 when left out, at most 100000.
                     */
                    limit?: number | null;
                    /**
                     * Format: uint64
                     * @description Nodes to reach: 100000 when left out, at most 1000000.
                     */
                    max_nodes?: number | null;
                    /** @description Only instances of these models, by textual id; none for all. */
                    models?: string[];
                    /** @description The instances to begin with, at most 1000. */
                    roots?: {
                        /**
                         * Format: int64
                         * @description Id of the instance.
                         */
                        id?: number;
                        /** @description Textual id of the model. */
                        model?: string;
                    }[];
                    /** @description What affects them, instead of what they affect. */
                    upstream?: boolean;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/graphml+xml": string;
                    /**
                     * @example {
                     *       "by_distance": [
                     *         1
                     *       ],
                     *       "by_model": {
                     *         "0": 1
                     *       },
                     *       "count": 1,
                     *       "nodes": [
                     *         {
                     *           "distance": 1,
                     *           "id": 1,
                     *           "key": "",
                     *           "model": "switch",
                     *           "name": "switches",
                     *           "via": {
                     *             "association": "",
                     *             "id": 1,
                     *             "source": "",
                     *             "target": ""
                     *           }
                     *         }
                     *       ],
                     *       "truncated": [
                     *         ""
                     *       ],
                     *       "undeclared": [
                     *         ""
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GraphImpact"];
                    "text/vnd.graphviz": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    find_graph_path: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "associations": [
                 *         "text"
                 *       ],
                 *       "direction": "out",
                 *       "filters": {},
                 *       "from": [
                 *         {
                 *           "id": 1,
                 *           "model": "switch"
                 *         }
                 *       ],
                 *       "limit": 10,
                 *       "max_length": 1,
                 *       "models": [
                 *         "switch"
                 *       ],
                 *       "to": [
                 *         {
                 *           "id": 1,
                 *           "model": "switch"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Only links of these associations, by textual id; none for all. */
                    associations?: string[];
                    /** @description Which way to follow links, seen from `from`. */
                    direction?: "out" | "in" | "both";
                    /** @description By model: only instances that this filter expression matches. Where the walk begins is not asked. */
                    filters?: {
                        [key: string]: unknown;
                    };
                    /** @description Where paths begin, at most 1000 instances. */
                    from?: {
                        /**
                         * Format: int64
                         * @description Id of the instance.
                         */
                        id?: number;
                        /** @description Textual id of the model. */
                        model?: string;
                    }[];
                    /**
                     * Format: uint64
                     * @description Paths in the answer: 10 when left out, at most 100.
                     */
                    limit?: number | null;
                    /**
                     * Format: uint64
                     * @description Links of a path at the most: 20 when left out, at most 200.
                     */
                    max_length?: number | null;
                    /** @description Only instances of these models, by textual id; none for all. */
                    models?: string[];
                    /** @description Where they end, at most 1000 instances. */
                    to?: {
                        /**
                         * Format: int64
                         * @description Id of the instance.
                         */
                        id?: number;
                        /** @description Textual id of the model. */
                        model?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "length": 1,
                     *       "nodes": [
                     *         {
                     *           "distance": 1,
                     *           "id": 1,
                     *           "key": "",
                     *           "model": "switch",
                     *           "name": "switches"
                     *         }
                     *       ],
                     *       "paths": [
                     *         {
                     *           "links": [
                     *             {
                     *               "association": "",
                     *               "id": 1,
                     *               "source": "",
                     *               "target": ""
                     *             }
                     *           ],
                     *           "nodes": [
                     *             ""
                     *           ]
                     *         }
                     *       ],
                     *       "truncated": [
                     *         ""
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["GraphPaths"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    read_history: {
        parameters: {
            query?: {
                /** @description A time; now when it is left out. */
                at?: string;
                /** @description Only changes before this number, which the answer before gave. */
                before?: number | string | null;
                /**
                 * @description The earlier time; has to be given.
                 * @example 2026-01-01 00:00:00
                 */
                from?: string;
                /** @description Changes in one answer, at most 200; 50 when it is left out. */
                limit?: number | string | null;
                /** @description The later time; now when it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Textual id of the model.
                 * @example switch
                 */
                model: string;
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "before": 1,
                     *       "changes": [
                     *         null
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    list_instances: {
        parameters: {
            query?: {
                /** @description Attributes to answer, separated by commas; all when it is empty. */
                cols?: string;
                /** @description The `cursor` of the answer before. */
                cursor?: string;
                /** @description A filter expression that has to hold as well, as JSON: for alternatives. */
                fx?: {
                    /**
                     * @description How the rules of a group are joined.
                     * @enum {string}
                     */
                    condition?: "AND" | "OR";
                    /** @description Field of the record. */
                    field?: string;
                    /**
                     * @description What the field is asked for.
                     * @enum {string}
                     */
                    operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist" | "begins_with_i" | "not_begins_with_i" | "contains_s" | "not_contains_i" | "ends_with_i" | "not_ends_with_i" | "size" | "filter_object" | "filter_array";
                    /** @description The rules and groups in a group. */
                    rules?: components["schemas"]["Expression"][];
                    /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                    value?: unknown;
                } | null;
                /** @description An attribute: counts of all that the filter finds by its value. */
                group?: string;
                /** @description Number of the page, from 1. */
                page?: number | string | null;
                /** @description A text that stands in an attribute of kind text, in capital or small letters. */
                q?: string;
                /** @description Rows of a page, 1 to 500: 50 when nothing is said. */
                size?: number | string | null;
                /** @description Attributes to sort by, separated by commas; `-` before one: largest first. Then by id. */
                sort?: string;
                /** @description `false` saves counting all that the filter finds. */
                total?: boolean | null;
            };
            header?: never;
            path: {
                /**
                 * @description Textual id of the model.
                 * @example switch
                 */
                model: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "cursor": "",
                     *       "groups": [
                     *         {
                     *           "count": 1,
                     *           "value": null
                     *         }
                     *       ],
                     *       "items": [
                     *         {}
                     *       ],
                     *       "total": 1
                     *     }
                     */
                    "application/json": components["schemas"]["InstanceList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    read_instance_at: {
        parameters: {
            query?: {
                /** @description A time; now when it is left out. */
                at?: string;
                /** @description Only changes before this number, which the answer before gave. */
                before?: number | string | null;
                /**
                 * @description The earlier time; has to be given.
                 * @example 2026-01-01 00:00:00
                 */
                from?: string;
                /** @description Changes in one answer, at most 200; 50 when it is left out. */
                limit?: number | string | null;
                /** @description The later time; now when it is left out. */
                to?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Textual id of the model.
                 * @example switch
                 */
                model: string;
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example null */
                    "application/json": unknown;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    revert_changes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "dry_run": true,
                 *       "request": "4f1c0d2e"
                 *     }
                 */
                "application/json": {
                    /** @description Number of a change in the change log. */
                    change?: number | string | null;
                    /** @description Only tell what would be done. */
                    dry_run?: boolean;
                    /** @description Id of a request, all of whose changes are taken back; the last one where an id came more than once. With `change`, the request of this id that made that change, however long ago. */
                    request?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": [
                     *         {
                     *           "conflict": "",
                     *           "does": "",
                     *           "id": 1,
                     *           "resource": "",
                     *           "scope": "",
                     *           "seq": 1,
                     *           "writes": null
                     *         }
                     *       ],
                     *       "conflicts": 1,
                     *       "reverted": false
                     *     }
                     */
                    "application/json": components["schemas"]["Reverted"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    relata_create_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "days": 90,
                 *       "name": "backup script",
                 *       "networks": [
                 *         "10.0.0.0/8"
                 *       ],
                 *       "scope": "read",
                 *       "user": "ann"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description In how many days it ends, in place of `expires`; 0 for never.
                     */
                    days?: number;
                    /** @description When it ends (RFC 3339); empty for never. */
                    expires?: string;
                    /** @description What the token is for. */
                    name?: string;
                    /** @description Networks that it may be shown from, such as `10.0.0.0/8`; empty for all. */
                    networks?: string[];
                    /**
                     * @description What it may be used for; `admin` is all that the user may do.
                     * @default admin
                     */
                    scope?: "read" | "write" | "admin";
                    /** @description Name of the user. */
                    user?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "expires": "",
                     *       "id": 1,
                     *       "scope": "read",
                     *       "token": "",
                     *       "user": "admin"
                     *     }
                     */
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    relata_revoke_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "id": 1
                 *     }
                 */
                "application/json": {
                    /** @description Numeric id of the token. */
                    id?: number | string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example null */
                    "application/json": null;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    relata_search_token: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "user": "admin"
                 *     }
                 */
                "application/json": {
                    /** @description Name of the user; empty for all. */
                    user?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "count": 1,
                     *       "info": [
                     *         {
                     *           "create_time": "2026-01-01 08:00:00",
                     *           "creator": "admin",
                     *           "expires": "",
                     *           "id": 1,
                     *           "last_used": "",
                     *           "name": "switches",
                     *           "networks": [
                     *             ""
                     *           ],
                     *           "revoked": false,
                     *           "scope": "admin",
                     *           "session": false,
                     *           "user": "admin"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["FoundToken"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    list_views: {
        parameters: {
            query?: {
                /** @description Textual id of the model. */
                model?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "create_time": "2026-01-01 08:00:00",
                     *           "id": 1,
                     *           "last_time": "2026-01-01 08:00:00",
                     *           "model": "switch",
                     *           "name": "switches",
                     *           "owner": "",
                     *           "query": "",
                     *           "shared": false,
                     *           "slug": ""
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SavedViews"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    create_view: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "model": "switch",
                 *       "name": "Huawei, newest first",
                 *       "query": "f.bk_vendor.in=Huawei&sort=-bk_inst_id",
                 *       "shared": true
                 *     }
                 */
                "application/json": {
                    /** @description Textual id of the model. */
                    model?: string;
                    /** @description What people call it. */
                    name?: string;
                    /** @description Filter, order and columns as the query of an address. */
                    query?: string;
                    /** @description Everybody who may see instances of the model sees it. */
                    shared?: boolean;
                    /** @description What addresses call it; made of the name when it is left out. */
                    slug?: string;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "create_time": "2026-01-01 08:00:00",
                     *       "id": 1,
                     *       "last_time": "2026-01-01 08:00:00",
                     *       "model": "switch",
                     *       "name": "switches",
                     *       "owner": "",
                     *       "query": "",
                     *       "shared": false,
                     *       "slug": ""
                     *     }
                     */
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    update_view: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "name": "switches",
                 *       "query": "text",
                 *       "shared": false,
                 *       "slug": "text"
                 *     }
                 */
                "application/json": {
                    /** @description What people call it. */
                    name?: string | null;
                    /** @description Filter, order and columns as the query of an address. */
                    query?: string | null;
                    /** @description Everybody who may see instances of the model sees it. */
                    shared?: boolean | null;
                    /** @description What addresses call it. */
                    slug?: string | null;
                };
            };
        };
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "create_time": "2026-01-01 08:00:00",
                     *       "id": 1,
                     *       "last_time": "2026-01-01 08:00:00",
                     *       "model": "switch",
                     *       "name": "switches",
                     *       "owner": "",
                     *       "query": "",
                     *       "shared": false,
                     *       "slug": ""
                     *     }
                     */
                    "application/json": components["schemas"]["SavedView"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    delete_view: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example null */
                    "application/json": null;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            413: components["responses"]["Problem413"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            500: components["responses"]["Problem500"];
            503: components["responses"]["Problem503"];
            504: components["responses"]["Problem504"];
        };
    };
    count_object_instances: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "conditions": {
                 *         "condition": "AND",
                 *         "rules": [
                 *           {
                 *             "field": "bk_inst_name",
                 *             "operator": "begins_with",
                 *             "value": "sw-"
                 *           }
                 *         ]
                 *       },
                 *       "fields": [
                 *         "bk_inst_id",
                 *         "bk_inst_name"
                 *       ],
                 *       "page": {
                 *         "limit": 10,
                 *         "sort": "-bk_inst_id",
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Which instances; all when it is left out.
                     * @example {
                     *       "condition": "AND",
                     *       "rules": [
                     *         {
                     *           "field": "bk_inst_name",
                     *           "operator": "begins_with",
                     *           "value": "sw-"
                     *         }
                     *       ]
                     *     }
                     */
                    conditions?: {
                        /**
                         * @description How the rules of a group are joined.
                         * @enum {string}
                         */
                        condition?: "AND" | "OR";
                        /** @description Field of the record. */
                        field?: string;
                        /**
                         * @description What the field is asked for.
                         * @enum {string}
                         */
                        operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist" | "begins_with_i" | "not_begins_with_i" | "contains_s" | "not_contains_i" | "ends_with_i" | "not_ends_with_i" | "size" | "filter_object" | "filter_array";
                        /** @description The rules and groups in a group. */
                        rules?: components["schemas"]["Expression"][];
                        /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                        value?: unknown;
                    } | null;
                    /** @description Names of the members to answer; all when it is empty. */
                    fields?: string[];
                    /**
                     * @description Which of them; a search needs a `limit` of at most 500, a count none.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                    /** @description Times that have to hold as well. */
                    time_condition?: {
                        /**
                         * @description Joins the ranges.
                         * @constant
                         */
                        oper: "and";
                        /** @description The ranges. */
                        rules: {
                            /**
                             * @description Likewise.
                             * @example 2026-12-31 23:59:59
                             */
                            end?: string;
                            /**
                             * @description A field that holds a time.
                             * @example create_time
                             */
                            field: string;
                            /**
                             * @description YYYY-MM-DD hh:mm:ss or RFC 3339.
                             * @example 2026-01-01 00:00:00
                             */
                            start?: string;
                        }[];
                    } | null;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "count": 1
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Count"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_count_topoassociationtype: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "asst_ids": [
                 *         "connect"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Textual ids of kinds. */
                    asst_ids?: string[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "associations": [
                     *           {
                     *             "bk_asst_id": "connect",
                     *             "count": 1
                     *           }
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["UsageCounts"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_create_associationtype: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_asst_id": "powers",
                 *       "bk_asst_name": "Power",
                 *       "dest_des": "is powered by",
                 *       "direction": "src_to_dest",
                 *       "src_des": "powers"
                 *     }
                 */
                "application/json": {
                    /** @description Textual id, unique. */
                    bk_asst_id?: string;
                    /** @description Display name. */
                    bk_asst_name?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /** @description How the target is to the source. */
                    dest_des?: string;
                    /** @description `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. */
                    direction?: string;
                    /**
                     * Format: int64
                     * @description Numeric id.
                     */
                    readonly id?: number;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /** @description How the source is to the target. */
                    src_des?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "id": 1
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Created"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    create_inst: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_inst_name": "sw-01"
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {},
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: {
                            [key: string]: unknown;
                        };
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    create_object: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_classification_id": "bk_network",
                 *       "bk_obj_icon": "icon-cc-switch2",
                 *       "bk_obj_id": "switch",
                 *       "bk_obj_name": "Switch"
                 *     }
                 */
                "application/json": {
                    /** @description Classification the model belongs to. */
                    bk_classification_id?: string;
                    /** @description Display flag only. */
                    bk_ishidden?: boolean;
                    /** @description No new instances. */
                    bk_ispaused?: boolean;
                    /** @description Icon name. */
                    bk_obj_icon?: string;
                    /** @description Textual id, unique. */
                    bk_obj_id?: string;
                    /** @description Display name, unique. */
                    bk_obj_name?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /** @description Local time text. */
                    readonly create_time?: string | null;
                    /** @description User who created it. */
                    readonly creator?: string;
                    /** @description Free text. */
                    description?: string;
                    /**
                     * Format: int64
                     * @description Numeric id. It names the part of the store where the instances are.
                     */
                    readonly id?: number;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /** @description Local time text. */
                    readonly last_time?: string | null;
                    /** @description User who changed it last. */
                    readonly modifier?: string;
                    /**
                     * Format: int64
                     * @description Position within the classification, from 1.
                     */
                    obj_sort_number?: number;
                    /** @description Position on the canvas, JSON text. */
                    position?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "bk_classification_id": "bk_network",
                     *         "bk_ishidden": false,
                     *         "bk_ispaused": false,
                     *         "bk_obj_icon": "icon-cc-switch2",
                     *         "bk_obj_id": "switch",
                     *         "bk_obj_name": "Switch",
                     *         "bk_supplier_account": "0",
                     *         "create_time": "2026-01-01 08:00:00",
                     *         "creator": "admin",
                     *         "description": "",
                     *         "id": 1,
                     *         "ispre": false,
                     *         "last_time": "2026-01-01 08:00:00",
                     *         "modifier": "admin",
                     *         "obj_sort_number": 1,
                     *         "position": ""
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Model"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_create_objectassociation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_asst_id": "connect",
                 *       "bk_asst_obj_id": "host",
                 *       "bk_obj_asst_id": "switch_connect_host",
                 *       "bk_obj_asst_name": "",
                 *       "bk_obj_id": "switch",
                 *       "mapping": "1:n"
                 *     }
                 */
                "application/json": {
                    /** @description Kind. */
                    bk_asst_id?: string;
                    /** @description Target model. */
                    bk_asst_obj_id?: string;
                    /** @description Textual id, unique; by convention `{source}_{kind}_{target}`. */
                    bk_obj_asst_id?: string;
                    /** @description Display name. */
                    bk_obj_asst_name?: string;
                    /** @description Source model. */
                    bk_obj_id?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /**
                     * Format: int64
                     * @description Numeric id.
                     */
                    readonly id?: number;
                    /** @description Which way an effect goes along links: `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. Where it is left out, the `direction` of the kind counts. */
                    impact?: string;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /**
                     * @description `1:1`, `1:n` or `n:n` (none counts as the last).
                     * @example n:n
                     */
                    mapping?: string;
                    /** @description `none`, `delete_src`, `delete_dest`: kept, without effect. */
                    on_delete?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "bk_asst_id": "connect",
                     *         "bk_asst_obj_id": "host",
                     *         "bk_obj_asst_id": "switch_connect_host",
                     *         "bk_obj_asst_name": "",
                     *         "bk_obj_id": "switch",
                     *         "bk_supplier_account": "0",
                     *         "id": 1,
                     *         "impact": "",
                     *         "ispre": false,
                     *         "mapping": "n:n",
                     *         "on_delete": ""
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["ModelAssociation"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_create_objectattgroup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_group_id": "network",
                 *       "bk_group_name": "Network",
                 *       "bk_obj_id": "switch"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description Business it belongs to; 0 for all.
                     */
                    bk_biz_id?: number;
                    /** @description Textual id. */
                    bk_group_id?: string;
                    /**
                     * Format: int64
                     * @description Position.
                     */
                    bk_group_index?: number;
                    /** @description Display name. */
                    bk_group_name?: string;
                    /** @description The group of attributes that name none. */
                    bk_isdefault?: boolean;
                    /** @description Model. */
                    bk_obj_id?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /**
                     * Format: int64
                     * @description Numeric id.
                     */
                    readonly id?: number;
                    /** @description Shown folded. */
                    is_collapse?: boolean;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "bk_biz_id": 2,
                     *         "bk_group_id": "default",
                     *         "bk_group_index": 1,
                     *         "bk_group_name": "Purchase",
                     *         "bk_isdefault": false,
                     *         "bk_obj_id": "switch",
                     *         "bk_supplier_account": "0",
                     *         "id": 1,
                     *         "is_collapse": false,
                     *         "ispre": false
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AttributeGroup"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    create_object_attribute: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "bk_property_group": "default",
                 *       "bk_property_id": "serial",
                 *       "bk_property_name": "Serial number",
                 *       "bk_property_type": "singlechar",
                 *       "editable": true,
                 *       "option": ""
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description Business it belongs to; 0 for all.
                     */
                    bk_biz_id?: number;
                    /** @description Hidden: set through the API only. */
                    bk_isapi?: boolean;
                    /** @description Hidden: the system's own. */
                    bk_issystem?: boolean;
                    /** @description Model. */
                    bk_obj_id?: string;
                    /** @description Group it is shown in. */
                    bk_property_group?: string;
                    /** @description Textual id: the field of the instance. */
                    bk_property_id?: string;
                    /**
                     * Format: int64
                     * @description Position in the group.
                     */
                    bk_property_index?: number;
                    /** @description Display name. */
                    bk_property_name?: string;
                    /**
                     * @description Name of the `Kind`.
                     * @enum {string}
                     */
                    bk_property_type?: "singlechar" | "longchar" | "int" | "float" | "enum" | "enummulti" | "enumquote" | "date" | "time" | "objuser" | "organization" | "timezone" | "bool" | "list" | "id_rule" | "innertable" | "table" | "object" | "foreignkey" | "singleasst" | "multiasst";
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /**
                     * Format: int64
                     * @description Field template it comes from, 0 for none.
                     */
                    bk_template_id?: number;
                    /** @description Local time text. */
                    readonly create_time?: string | null;
                    /** @description User who created it. */
                    readonly creator?: string;
                    /** @description Value of new instances that give none. */
                    default?: unknown;
                    /** @description Free text. */
                    description?: string;
                    /** @description May be changed after creation. */
                    editable?: boolean;
                    /**
                     * Format: int64
                     * @description Numeric id.
                     */
                    readonly id?: number;
                    /** @description Holds several values. */
                    ismultiple?: boolean | null;
                    /** @description Takes part in the model's first unique rule. */
                    isonly?: boolean;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /** @description Display flag only. */
                    isreadonly?: boolean;
                    /** @description Must be given and not be empty. */
                    isrequired?: boolean;
                    /** @description Local time text. */
                    readonly last_time?: string | null;
                    /** @description Parameters of the kind. */
                    option?: unknown;
                    /** @description Hint for who fills it in. */
                    placeholder?: string;
                    /** @description Unit of the value, for display. */
                    unit?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "bk_biz_id": 2,
                     *         "bk_isapi": false,
                     *         "bk_issystem": false,
                     *         "bk_obj_id": "switch",
                     *         "bk_property_group": "default",
                     *         "bk_property_group_name": "",
                     *         "bk_property_id": "serial",
                     *         "bk_property_index": 1,
                     *         "bk_property_name": "Serial number",
                     *         "bk_property_type": "singlechar",
                     *         "bk_supplier_account": "0",
                     *         "bk_template_id": 1,
                     *         "create_time": "2026-01-01 08:00:00",
                     *         "creator": "admin",
                     *         "default": null,
                     *         "description": "",
                     *         "editable": false,
                     *         "id": 1,
                     *         "ismultiple": false,
                     *         "isonly": false,
                     *         "ispre": false,
                     *         "isreadonly": false,
                     *         "isrequired": false,
                     *         "last_time": "2026-01-01 08:00:00",
                     *         "option": null,
                     *         "placeholder": "",
                     *         "unit": ""
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AttributeInGroup"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    create_classification: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_classification_icon": "icon-cc-default",
                 *       "bk_classification_id": "facility",
                 *       "bk_classification_name": "Facilities"
                 *     }
                 */
                "application/json": {
                    /** @description Icon name. */
                    bk_classification_icon?: string;
                    /** @description Textual id, unique. */
                    bk_classification_id?: string;
                    /** @description Display name, unique. */
                    bk_classification_name?: string;
                    /** @description `""`, `inner` or `hidden`. */
                    bk_classification_type?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /**
                     * Format: int64
                     * @description Numeric id.
                     */
                    readonly id?: number;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "bk_classification_icon": "",
                     *         "bk_classification_id": "bk_network",
                     *         "bk_classification_name": "Network",
                     *         "bk_classification_type": "",
                     *         "bk_supplier_account": "0",
                     *         "id": 1
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Classification"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_create_objectunique_object: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "id": 1,
                 *       "keys": [
                 *         {
                 *           "key_id": 1,
                 *           "key_kind": "property"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Numeric id of a rule that exists. */
                    id?: number | string;
                    /** @description The attributes that are unique together. */
                    keys?: {
                        /**
                         * Format: int64
                         * @description Numeric id of the attribute.
                         */
                        key_id?: number;
                        /**
                         * @description Always `property`.
                         * @example property
                         */
                        key_kind?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "id": 1
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Created"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    batch_create_instance_association: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_asst_obj_id": "host",
                 *       "bk_obj_asst_id": "switch_connect_host",
                 *       "bk_obj_id": "switch",
                 *       "details": [
                 *         {
                 *           "bk_asst_inst_id": 1,
                 *           "bk_inst_id": 1
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Target model of the association. */
                    bk_asst_obj_id?: string;
                    /** @description Textual id of the association. */
                    bk_obj_asst_id?: string;
                    /** @description Source model of the association. */
                    bk_obj_id?: string;
                    /** @description The pairs, by default at most 200: a setting of the server. */
                    details?: {
                        /**
                         * Format: int64
                         * @description Id of the target instance.
                         */
                        bk_asst_inst_id?: number;
                        /**
                         * Format: int64
                         * @description Id of the source instance.
                         */
                        bk_inst_id?: number;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "error_detail": {
                     *           "0": {
                     *             "bk_asst_inst_id": 1,
                     *             "bk_inst_id": 1,
                     *             "code": 1
                     *           }
                     *         },
                     *         "error_msg": {
                     *           "0": ""
                     *         },
                     *         "success_created": {
                     *           "0": 1
                     *         }
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["CreatedLinks"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_delete_associationtype: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_related_inst_asso: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "id": [
                 *         1
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description A model at one end. */
                    bk_obj_id?: string;
                    /** @description Ids of links. */
                    id?: number[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": 1,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        /** Format: uint */
                        data: number;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_object: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_delete_objectassociation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_delete_objectattgroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_object_attribute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    delete_classification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_delete_objectunique_object__unique: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
                /**
                 * @description Numeric id of a rule that exists.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "keys": [
                 *         {
                 *           "key_id": 1,
                 *           "key_kind": "property"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The attributes that are unique together. */
                    keys?: {
                        /**
                         * Format: int64
                         * @description Numeric id of the attribute.
                         */
                        key_id?: number;
                        /**
                         * @description Always `property`.
                         * @example property
                         */
                        key_kind?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    batch_delete_inst: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "delete": {
                 *         "inst_ids": [
                 *           1
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description The instances. */
                    delete?: {
                        /** @description Their ids. */
                        inst_ids?: number[];
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    batch_delete_quoted_inst: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "bk_property_id": "serial",
                 *       "ids": [
                 *         1
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Textual id of the model. */
                    bk_obj_id?: string;
                    /** @description Textual id of the attribute. */
                    bk_property_id?: string;
                    /** @description Numeric ids of the rows. */
                    ids?: number[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_find_associationtype: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "condition": {
                 *         "bk_obj_id": "switch"
                 *       },
                 *       "page": {
                 *         "limit": 10,
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Which.
                     * @example {
                     *       "bk_obj_id": "switch"
                     *     }
                     */
                    condition?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description Which of them; all when it is left out.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "count": 1,
                     *         "info": [
                     *           {
                     *             "bk_asst_id": "connect",
                     *             "bk_asst_name": "powers",
                     *             "bk_supplier_account": "0",
                     *             "dest_des": "",
                     *             "direction": "",
                     *             "id": 1,
                     *             "ispre": false,
                     *             "src_des": ""
                     *           }
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["FoundAssociationKind"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    find_audit_by_id: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "id": [
                 *         1
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Ids of records. */
                    id?: number[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "action": "update",
                     *           "audit_type": "",
                     *           "bk_supplier_account": "0",
                     *           "code": "",
                     *           "extend_resource_name": "",
                     *           "id": 1,
                     *           "operate_from": "",
                     *           "operation_detail": null,
                     *           "operation_time": "",
                     *           "resource_id": 1,
                     *           "resource_name": "",
                     *           "resource_type": "",
                     *           "rid": "",
                     *           "user": "admin"
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Audit"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    get_find_audit_dict: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "id": "",
                     *           "name": "switches",
                     *           "operations": [
                     *             {
                     *               "id": "",
                     *               "name": "switches"
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AuditedThing"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_find_classificationobject: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch"
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_classification_icon": "",
                     *           "bk_classification_id": "bk_network",
                     *           "bk_classification_name": "Network",
                     *           "bk_classification_type": "",
                     *           "bk_objects": [
                     *             {
                     *               "bk_classification_id": "bk_network",
                     *               "bk_ishidden": false,
                     *               "bk_ispaused": false,
                     *               "bk_obj_icon": "icon-cc-switch2",
                     *               "bk_obj_id": "switch",
                     *               "bk_obj_name": "Switch",
                     *               "bk_supplier_account": "0",
                     *               "create_time": "2026-01-01 08:00:00",
                     *               "creator": "admin",
                     *               "description": "",
                     *               "id": 1,
                     *               "ispre": false,
                     *               "last_time": "2026-01-01 08:00:00",
                     *               "modifier": "admin",
                     *               "obj_sort_number": 1,
                     *               "position": ""
                     *             }
                     *           ],
                     *           "bk_supplier_account": "0",
                     *           "id": 1
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["WithModels"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_find_full_text: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "filter": {
                 *         "instances": [
                 *           "switch"
                 *         ],
                 *         "models": [
                 *           "switch"
                 *         ]
                 *       },
                 *       "page": {
                 *         "limit": 10,
                 *         "start": 0
                 *       },
                 *       "query_string": "sw-01"
                 *     }
                 */
                "application/json": {
                    /** @description Id of a business, for instances of that one only. */
                    bk_biz_id?: number | string | null;
                    /** @description Where to search; has to be given. */
                    filter?: {
                        /** @description Textual ids of models whose instances to search. */
                        instances?: string[];
                        /** @description Textual ids of models to search themselves. */
                        models?: string[];
                    } | null;
                    /**
                     * @description Which page of the matches, of at most 100; has to be given.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    } | null;
                    /** @description The text to find, 1 to 50 characters; upper and lower case are the same. */
                    query_string?: string;
                    /** @description The part of the filter whose matches are shown. */
                    sub_resource?: {
                        /** @description Textual ids of models whose instances to search. */
                        instances?: string[];
                        /** @description Textual ids of models to search themselves. */
                        models?: string[];
                    } | null;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "aggregations": [
                     *           {
                     *             "count": 1,
                     *             "key": "",
                     *             "kind": ""
                     *           }
                     *         ],
                     *         "attrs": [
                     *           {
                     *             "bk_obj_id": "switch",
                     *             "bk_property_id": "serial",
                     *             "bk_property_name": "Serial number",
                     *             "bk_property_type": "singlechar"
                     *           }
                     *         ],
                     *         "hits": [
                     *           {
                     *             "highlight": {
                     *               "0": [
                     *                 ""
                     *               ]
                     *             },
                     *             "key": "",
                     *             "kind": "",
                     *             "source": {}
                     *           }
                     *         ],
                     *         "total": 1
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["FulltextFound"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    find_object_association: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "condition": {
                 *         "bk_obj_id": "switch"
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description The source model, where there is no condition. */
                    bk_obj_id?: string;
                    /**
                     * @description Which associations.
                     * @example {
                     *       "bk_obj_id": "switch"
                     *     }
                     */
                    condition?: {
                        [key: string]: unknown;
                    } | null;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_asst_id": "connect",
                     *           "bk_asst_obj_id": "host",
                     *           "bk_obj_asst_id": "switch_connect_host",
                     *           "bk_obj_asst_name": "",
                     *           "bk_obj_id": "switch",
                     *           "bk_supplier_account": "0",
                     *           "id": 1,
                     *           "impact": "",
                     *           "ispre": false,
                     *           "mapping": "n:n",
                     *           "on_delete": ""
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["ModelAssociation"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    get_object_group: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_biz_id": 2
                 *     }
                 */
                "application/json": {
                    /** @description A business whose groups are found, too. */
                    bk_biz_id?: number | string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_biz_id": 2,
                     *           "bk_group_id": "default",
                     *           "bk_group_index": 1,
                     *           "bk_group_name": "Purchase",
                     *           "bk_isdefault": false,
                     *           "bk_obj_id": "switch",
                     *           "bk_supplier_account": "0",
                     *           "id": 1,
                     *           "is_collapse": false,
                     *           "ispre": false
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AttributeGroup"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    search_object_attribute: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description A business whose attributes are found, too; without it those of all businesses only.
                     */
                    bk_biz_id?: number | null;
                    /**
                     * @description Which of them; all when it is left out.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    } | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_biz_id": 2,
                     *           "bk_isapi": false,
                     *           "bk_issystem": false,
                     *           "bk_obj_id": "switch",
                     *           "bk_property_group": "default",
                     *           "bk_property_group_name": "",
                     *           "bk_property_id": "serial",
                     *           "bk_property_index": 1,
                     *           "bk_property_name": "Serial number",
                     *           "bk_property_type": "singlechar",
                     *           "bk_supplier_account": "0",
                     *           "bk_template_id": 1,
                     *           "create_time": "2026-01-01 08:00:00",
                     *           "creator": "admin",
                     *           "default": null,
                     *           "description": "",
                     *           "editable": false,
                     *           "id": 1,
                     *           "ismultiple": false,
                     *           "isonly": false,
                     *           "ispre": false,
                     *           "isreadonly": false,
                     *           "isrequired": false,
                     *           "last_time": "2026-01-01 08:00:00",
                     *           "option": null,
                     *           "placeholder": "",
                     *           "unit": ""
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AttributeInGroup"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    get_object_attr_with_table: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch"
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description A business whose attributes are found, too; without it those of all businesses only.
                     */
                    bk_biz_id?: number | null;
                    /**
                     * @description Which of them; all when it is left out.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    } | null;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_biz_id": 2,
                     *           "bk_isapi": false,
                     *           "bk_issystem": false,
                     *           "bk_obj_id": "switch",
                     *           "bk_property_group": "default",
                     *           "bk_property_group_name": "",
                     *           "bk_property_id": "serial",
                     *           "bk_property_index": 1,
                     *           "bk_property_name": "Serial number",
                     *           "bk_property_type": "singlechar",
                     *           "bk_supplier_account": "0",
                     *           "bk_template_id": 1,
                     *           "create_time": "2026-01-01 08:00:00",
                     *           "creator": "admin",
                     *           "default": null,
                     *           "description": "",
                     *           "editable": false,
                     *           "id": 1,
                     *           "ismultiple": false,
                     *           "isonly": false,
                     *           "ispre": false,
                     *           "isreadonly": false,
                     *           "isrequired": false,
                     *           "last_time": "2026-01-01 08:00:00",
                     *           "option": null,
                     *           "placeholder": "",
                     *           "unit": ""
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["AttributeInGroup"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_find_objecttopo_scope_type_global_scope_id_0: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "action": "update",
                 *       "origin": [
                 *         {
                 *           "bk_inst_id": 0,
                 *           "bk_obj_id": "switch",
                 *           "node_type": "obj",
                 *           "position": {
                 *             "x": 10,
                 *             "y": 20
                 *           }
                 *         }
                 *       ],
                 *       "scope_id": "0",
                 *       "scope_type": "global"
                 *     }
                 */
                "application/json": {
                    /** @description `search` or `update`. */
                    action?: string;
                    /** @description The nodes to place. */
                    origin?: {
                        /**
                         * Format: int64
                         * @description 0, since nodes are models.
                         */
                        bk_inst_id?: number;
                        /** @description Textual id of the model. */
                        bk_obj_id?: string;
                        /** @description What the console keeps with it. */
                        ext?: {
                            [key: string]: unknown;
                        };
                        /**
                         * Format: int64
                         * @description Numeric id.
                         */
                        id?: number;
                        /**
                         * @description `obj`.
                         * @default obj
                         */
                        node_type?: string;
                        /** @description `{"x": …, "y": …}`; null for a node that was never placed. */
                        position?: {
                            [key: string]: unknown;
                        } | null;
                        /**
                         * @description `0`.
                         * @default 0
                         */
                        scope_id?: string;
                        /**
                         * @description `global`.
                         * @default global
                         */
                        scope_type?: string;
                    }[];
                    /** @description `0`. */
                    scope_id?: string;
                    /** @description `global`. */
                    scope_type?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "assts": [
                     *             {
                     *               "bk_asst_inst_id": 1,
                     *               "bk_asst_name": "powers",
                     *               "bk_asst_type": "",
                     *               "bk_inst_id": 1,
                     *               "bk_obj_id": "switch",
                     *               "label": {},
                     *               "node_type": ""
                     *             }
                     *           ],
                     *           "bk_inst_id": 1,
                     *           "bk_obj_icon": "icon-cc-switch2",
                     *           "bk_obj_id": "switch",
                     *           "bk_supplier_account": "0",
                     *           "ext": {},
                     *           "ispre": false,
                     *           "node_name": "",
                     *           "node_type": "",
                     *           "position": {},
                     *           "scope_id": "",
                     *           "scope_type": ""
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["CanvasModel"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    search_object_unique: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "id": 1,
                 *       "keys": [
                 *         {
                 *           "key_id": 1,
                 *           "key_kind": "property"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Numeric id of a rule that exists. */
                    id?: number | string;
                    /** @description The attributes that are unique together. */
                    keys?: {
                        /**
                         * Format: int64
                         * @description Numeric id of the attribute.
                         */
                        key_id?: number;
                        /**
                         * @description Always `property`.
                         * @example property
                         */
                        key_kind?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": [
                     *         {
                     *           "bk_obj_id": "switch",
                     *           "bk_supplier_account": "0",
                     *           "bk_template_id": 1,
                     *           "id": 1,
                     *           "ispre": false,
                     *           "keys": [
                     *             {
                     *               "key_id": 1,
                     *               "key_kind": "property"
                     *             }
                     *           ],
                     *           "last_time": "2026-01-01 08:00:00"
                     *         }
                     *       ],
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["UniqueRule"][];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_find_topoassociationtype: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "asst_ids": [
                 *         "connect"
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description Textual ids of kinds. */
                    asst_ids?: string[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "associations": [
                     *           {
                     *             "assts": [
                     *               {
                     *                 "bk_asst_id": "connect",
                     *                 "bk_asst_obj_id": "host",
                     *                 "bk_obj_asst_id": "switch_connect_host",
                     *                 "bk_obj_asst_name": "",
                     *                 "bk_obj_id": "switch",
                     *                 "bk_supplier_account": "0",
                     *                 "id": 1,
                     *                 "impact": "",
                     *                 "ispre": false,
                     *                 "mapping": "n:n",
                     *                 "on_delete": ""
                     *               }
                     *             ],
                     *             "bk_asst_id": "connect"
                     *           }
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Usages"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    list_operation_audit: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "condition": {
                 *         "action": [
                 *           "update"
                 *         ],
                 *         "bk_obj_id": "switch",
                 *         "operation_time": {
                 *           "end": "2026-12-31 23:59:59",
                 *           "start": "2026-01-01 00:00:00"
                 *         },
                 *         "resource_type": "model_instance"
                 *       },
                 *       "page": {
                 *         "limit": 10,
                 *         "sort": "-operation_time",
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description Which records; a time has to be given. */
                    condition?: {
                        /** @description What was done: `create`, `update`, `delete` and others, one of these. */
                        action?: string[];
                        /** @description `model_instance`, `model`, `association_kind` or `platform_setting`. */
                        audit_type?: string;
                        /**
                         * Format: int64
                         * @description Finds nothing unless it is 0.
                         */
                        bk_biz_id?: number;
                        /** @description The model of the instance, or one at an end of the link. */
                        bk_obj_id?: string;
                        /** @description `business`, `resource`, `host` or `other`. */
                        category?: string;
                        /** @description Rules on `user` and `resource_name`. */
                        condition?: {
                            /**
                             * @description How the rules of a group are joined.
                             * @enum {string}
                             */
                            condition?: "AND" | "OR";
                            /** @description Field of the record. */
                            field?: string;
                            /**
                             * @description What the field is asked for.
                             * @enum {string}
                             */
                            operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist";
                            /** @description The rules and groups in a group. */
                            rules?: components["schemas"]["Querybuilder"][];
                            /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                            value?: unknown;
                        }[];
                        /** @description Names are looked for as parts. */
                        fuzzy_query?: boolean;
                        /** @description `user` is what finds something. */
                        operate_from?: string;
                        /** @description When. */
                        operation_time?: {
                            /** @description Not after, likewise. */
                            end?: string;
                            /** @description Not before, `YYYY-MM-DD hh:mm:ss`. */
                            start?: string;
                        };
                        /** @description Id of the changed thing. */
                        resource_id?: number | string | null;
                        /** @description Its name. */
                        resource_name?: string;
                        /** @description What kind of thing was changed, such as `model_instance`. */
                        resource_type?: string;
                        /** @description Who made the change. */
                        user?: string;
                    };
                    /**
                     * @description The `page` member of a request. Numbers may be absent; `sort` is `field`, `-field`, `+field`, `field:1`, `field:-1`, several separated by commas.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "count": 1,
                     *         "info": [
                     *           {
                     *             "action": "update",
                     *             "audit_type": "",
                     *             "bk_supplier_account": "0",
                     *             "code": "",
                     *             "extend_resource_name": "",
                     *             "id": 1,
                     *             "operate_from": "",
                     *             "operation_detail": null,
                     *             "operation_time": "",
                     *             "resource_id": 1,
                     *             "resource_name": "",
                     *             "resource_type": "",
                     *             "rid": "",
                     *             "user": "admin"
                     *           }
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["FoundAudit"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    list_quoted_inst: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "bk_property_id": "serial",
                 *       "fields": [
                 *         "bk_inst_name"
                 *       ],
                 *       "filter": {
                 *         "condition": "AND",
                 *         "rules": [
                 *           {
                 *             "field": "bk_inst_name",
                 *             "operator": "begins_with",
                 *             "value": "sw-"
                 *           }
                 *         ]
                 *       },
                 *       "page": {
                 *         "limit": 10,
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description Textual id of the model. */
                    bk_obj_id?: string;
                    /** @description Textual id of the attribute. */
                    bk_property_id?: string;
                    /** @description Names of the members to answer; all when it is empty. */
                    fields?: string[];
                    /**
                     * @description Which rows; all when it is left out.
                     * @example {
                     *       "condition": "AND",
                     *       "rules": [
                     *         {
                     *           "field": "bk_inst_name",
                     *           "operator": "begins_with",
                     *           "value": "sw-"
                     *         }
                     *       ]
                     *     }
                     */
                    filter?: {
                        /**
                         * @description How the rules of a group are joined.
                         * @enum {string}
                         */
                        condition?: "AND" | "OR";
                        /** @description Field of the record. */
                        field?: string;
                        /**
                         * @description What the field is asked for.
                         * @enum {string}
                         */
                        operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist" | "begins_with_i" | "not_begins_with_i" | "contains_s" | "not_contains_i" | "ends_with_i" | "not_ends_with_i" | "size" | "filter_object" | "filter_array";
                        /** @description The rules and groups in a group. */
                        rules?: components["schemas"]["Expression"][];
                        /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                        value?: unknown;
                    } | null;
                    /**
                     * @description Which page of them.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "count": 1,
                     *         "info": [
                     *           {}
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["ListedRows"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    search_instance_associations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description A model at one end.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "conditions": {
                 *         "condition": "AND",
                 *         "rules": [
                 *           {
                 *             "field": "bk_inst_name",
                 *             "operator": "begins_with",
                 *             "value": "sw-"
                 *           }
                 *         ]
                 *       },
                 *       "fields": [
                 *         "bk_inst_name"
                 *       ],
                 *       "page": {
                 *         "limit": 10,
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Which links; all when it is left out.
                     * @example {
                     *       "condition": "AND",
                     *       "rules": [
                     *         {
                     *           "field": "bk_inst_name",
                     *           "operator": "begins_with",
                     *           "value": "sw-"
                     *         }
                     *       ]
                     *     }
                     */
                    conditions?: {
                        /**
                         * @description How the rules of a group are joined.
                         * @enum {string}
                         */
                        condition?: "AND" | "OR";
                        /** @description Field of the record. */
                        field?: string;
                        /**
                         * @description What the field is asked for.
                         * @enum {string}
                         */
                        operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist";
                        /** @description The rules and groups in a group. */
                        rules?: components["schemas"]["Querybuilder"][];
                        /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                        value?: unknown;
                    } | null;
                    /** @description Names of the members to answer; all when it is empty. */
                    fields?: string[];
                    /**
                     * @description Which of them; a `limit` of at most 500 has to be given.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "info": [
                     *           {
                     *             "bk_asst_id": "connect",
                     *             "bk_asst_inst_id": 1,
                     *             "bk_asst_obj_id": "host",
                     *             "bk_inst_id": 1,
                     *             "bk_obj_asst_id": "switch_connect_host",
                     *             "bk_obj_id": "switch",
                     *             "bk_supplier_account": "0",
                     *             "id": 1
                     *           }
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["LinkRows"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    search_object_instances: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "conditions": {
                 *         "condition": "AND",
                 *         "rules": [
                 *           {
                 *             "field": "bk_inst_name",
                 *             "operator": "begins_with",
                 *             "value": "sw-"
                 *           }
                 *         ]
                 *       },
                 *       "fields": [
                 *         "bk_inst_id",
                 *         "bk_inst_name"
                 *       ],
                 *       "page": {
                 *         "limit": 10,
                 *         "sort": "-bk_inst_id",
                 *         "start": 0
                 *       }
                 *     }
                 */
                "application/json": {
                    /**
                     * @description Which instances; all when it is left out.
                     * @example {
                     *       "condition": "AND",
                     *       "rules": [
                     *         {
                     *           "field": "bk_inst_name",
                     *           "operator": "begins_with",
                     *           "value": "sw-"
                     *         }
                     *       ]
                     *     }
                     */
                    conditions?: {
                        /**
                         * @description How the rules of a group are joined.
                         * @enum {string}
                         */
                        condition?: "AND" | "OR";
                        /** @description Field of the record. */
                        field?: string;
                        /**
                         * @description What the field is asked for.
                         * @enum {string}
                         */
                        operator?: "equal" | "not_equal" | "in" | "not_in" | "less" | "less_or_equal" | "greater" | "greater_or_equal" | "datetime_less" | "datetime_less_or_equal" | "datetime_greater" | "datetime_greater_or_equal" | "begins_with" | "not_begins_with" | "contains" | "not_contains" | "ends_with" | "not_ends_with" | "is_empty" | "is_not_empty" | "is_null" | "is_not_null" | "exist" | "not_exist" | "begins_with_i" | "not_begins_with_i" | "contains_s" | "not_contains_i" | "ends_with_i" | "not_ends_with_i" | "size" | "filter_object" | "filter_array";
                        /** @description The rules and groups in a group. */
                        rules?: components["schemas"]["Expression"][];
                        /** @description What the operator needs: a value, a list of at most 500, a number or a text; operators such as is_empty need none. */
                        value?: unknown;
                    } | null;
                    /** @description Names of the members to answer; all when it is empty. */
                    fields?: string[];
                    /**
                     * @description Which of them; a search needs a `limit` of at most 500, a count none.
                     * @example {
                     *       "limit": 10,
                     *       "start": 0
                     *     }
                     */
                    page?: {
                        /** @description Asks for the count instead of the rows, where an endpoint answers either. */
                        enable_count?: boolean;
                        /**
                         * Format: int64
                         * @description Rows to return at the most; what 0 means depends on the endpoint.
                         */
                        limit?: number;
                        /** @description `field` or `-field`, several separated by commas. */
                        sort?: string;
                        /**
                         * Format: int64
                         * @description Rows to skip.
                         */
                        start?: number;
                    };
                    /** @description Times that have to hold as well. */
                    time_condition?: {
                        /**
                         * @description Joins the ranges.
                         * @constant
                         */
                        oper: "and";
                        /** @description The ranges. */
                        rules: {
                            /**
                             * @description Likewise.
                             * @example 2026-12-31 23:59:59
                             */
                            end?: string;
                            /**
                             * @description A field that holds a time.
                             * @example create_time
                             */
                            field: string;
                            /**
                             * @description YYYY-MM-DD hh:mm:ss or RFC 3339.
                             * @example 2026-01-01 00:00:00
                             */
                            start?: string;
                        }[];
                    } | null;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {
                     *         "info": [
                     *           {}
                     *         ]
                     *       },
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: components["schemas"]["Instances"];
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_associationtype: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_asst_name": "powers",
                 *       "dest_des": "text",
                 *       "direction": "text",
                 *       "src_des": "text"
                 *     }
                 */
                "application/json": {
                    /** @description Display name. */
                    bk_asst_name?: string;
                    /** @description How the target is to the source. */
                    dest_des?: string;
                    /** @description `none`, `src_to_dest`, `dest_to_src` or `bidirectional`. */
                    direction?: string;
                    /** @description How the source is to the target. */
                    src_des?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    update_inst: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
                /**
                 * @description Id of the instance.
                 * @example 1
                 */
                bk_inst_id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_inst_name": "sw-01"
                 *     }
                 */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    update_object: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id. It names the part of the store where the instances are.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_classification_id": "bk_network",
                 *       "bk_obj_icon": "icon-cc-switch2",
                 *       "bk_obj_id": "switch",
                 *       "bk_obj_name": "Switch"
                 *     }
                 */
                "application/json": {
                    /** @description Classification the model belongs to. */
                    bk_classification_id?: string;
                    /** @description Display flag only. */
                    bk_ishidden?: boolean;
                    /** @description No new instances. */
                    bk_ispaused?: boolean;
                    /** @description Icon name. */
                    bk_obj_icon?: string;
                    /** @description Textual id, unique. */
                    bk_obj_id?: string;
                    /** @description Display name, unique. */
                    bk_obj_name?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /** @description Local time text. */
                    readonly create_time?: string | null;
                    /** @description User who created it. */
                    readonly creator?: string;
                    /** @description Free text. */
                    description?: string;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /** @description Local time text. */
                    readonly last_time?: string | null;
                    /** @description User who changed it last. */
                    readonly modifier?: string;
                    /**
                     * Format: int64
                     * @description Position within the classification, from 1.
                     */
                    obj_sort_number?: number;
                    /** @description Position on the canvas, JSON text. */
                    position?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_objectassociation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_asst_name": "text",
                 *       "impact": "text"
                 *     }
                 */
                "application/json": {
                    /** @description Display name. */
                    bk_obj_asst_name?: string | null;
                    /** @description Which way an effect goes along links: `none`, `src_to_dest`, `dest_to_src` or `bidirectional`; empty for that of the kind. */
                    impact?: string | null;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_objectattgroup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "condition": {
                 *         "id": 1
                 *       },
                 *       "data": {
                 *         "bk_group_index": 1,
                 *         "bk_group_name": "Purchase",
                 *         "is_collapse": false
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description The group. */
                    condition?: {
                        /** @description Numeric id of the group. */
                        id?: number | string;
                    };
                    /** @description The changes. */
                    data?: {
                        /**
                         * Format: int64
                         * @description Position.
                         */
                        bk_group_index?: number | null;
                        /** @description Display name. */
                        bk_group_name?: string | null;
                        /** @description Shown folded. */
                        is_collapse?: boolean | null;
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_objectattgroup_groupindex: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "condition": {
                 *         "id": [
                 *           1,
                 *           1
                 *         ]
                 *       }
                 *     }
                 */
                "application/json": {
                    /** @description The groups. */
                    condition?: {
                        /** @description Numeric ids of two groups of one model. */
                        id?: number[];
                    };
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_objectattgroupproperty: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "data": [
                 *         {
                 *           "condition": {
                 *             "bk_biz_id": 2,
                 *             "bk_obj_id": "switch",
                 *             "bk_property_id": "serial"
                 *           },
                 *           "data": {
                 *             "bk_property_group": "default",
                 *             "bk_property_index": 1
                 *           }
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description One item for each attribute. */
                    data?: {
                        /** @description The attribute. */
                        condition?: {
                            /**
                             * Format: int64
                             * @description The business, 0 for all.
                             */
                            bk_biz_id?: number;
                            /** @description The model. */
                            bk_obj_id?: string;
                            /** @description Textual id of the attribute. */
                            bk_property_id?: string;
                        };
                        /** @description Where it goes. */
                        data?: {
                            /** @description Textual id of the group. */
                            bk_property_group?: string;
                            /**
                             * Format: int64
                             * @description Position in the group.
                             */
                            bk_property_index?: number;
                        };
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    update_object_attribute: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_obj_id": "switch",
                 *       "bk_property_group": "default",
                 *       "bk_property_id": "serial",
                 *       "bk_property_name": "Serial number",
                 *       "bk_property_type": "singlechar",
                 *       "editable": true,
                 *       "option": ""
                 *     }
                 */
                "application/json": {
                    /**
                     * Format: int64
                     * @description Business it belongs to; 0 for all.
                     */
                    bk_biz_id?: number;
                    /** @description Hidden: set through the API only. */
                    bk_isapi?: boolean;
                    /** @description Hidden: the system's own. */
                    bk_issystem?: boolean;
                    /** @description Model. */
                    bk_obj_id?: string;
                    /** @description Group it is shown in. */
                    bk_property_group?: string;
                    /** @description Textual id: the field of the instance. */
                    bk_property_id?: string;
                    /**
                     * Format: int64
                     * @description Position in the group.
                     */
                    bk_property_index?: number;
                    /** @description Display name. */
                    bk_property_name?: string;
                    /**
                     * @description Name of the `Kind`.
                     * @enum {string}
                     */
                    bk_property_type?: "singlechar" | "longchar" | "int" | "float" | "enum" | "enummulti" | "enumquote" | "date" | "time" | "objuser" | "organization" | "timezone" | "bool" | "list" | "id_rule" | "innertable" | "table" | "object" | "foreignkey" | "singleasst" | "multiasst";
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                    /**
                     * Format: int64
                     * @description Field template it comes from, 0 for none.
                     */
                    bk_template_id?: number;
                    /** @description Local time text. */
                    readonly create_time?: string | null;
                    /** @description User who created it. */
                    readonly creator?: string;
                    /** @description Value of new instances that give none. */
                    default?: unknown;
                    /** @description Free text. */
                    description?: string;
                    /** @description May be changed after creation. */
                    editable?: boolean;
                    /** @description Holds several values. */
                    ismultiple?: boolean | null;
                    /** @description Takes part in the model's first unique rule. */
                    isonly?: boolean;
                    /** @description Built in. */
                    readonly ispre?: boolean;
                    /** @description Display flag only. */
                    isreadonly?: boolean;
                    /** @description Must be given and not be empty. */
                    isrequired?: boolean;
                    /** @description Local time text. */
                    readonly last_time?: string | null;
                    /** @description Parameters of the kind. */
                    option?: unknown;
                    /** @description Hint for who fills it in. */
                    placeholder?: string;
                    /** @description Unit of the value, for display. */
                    unit?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    update_classification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Numeric id.
                 * @example 1
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "bk_classification_icon": "icon-cc-default",
                 *       "bk_classification_id": "facility",
                 *       "bk_classification_name": "Facilities"
                 *     }
                 */
                "application/json": {
                    /** @description Icon name. */
                    bk_classification_icon?: string;
                    /** @description Textual id, unique. */
                    bk_classification_id?: string;
                    /** @description Display name, unique. */
                    bk_classification_name?: string;
                    /** @description `""`, `inner` or `hidden`. */
                    bk_classification_type?: string;
                    /** @description Tenant. */
                    readonly bk_supplier_account?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_update_objecttopo_scope_type_global_scope_id_0: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "action": "update",
                 *       "origin": [
                 *         {
                 *           "bk_inst_id": 0,
                 *           "bk_obj_id": "switch",
                 *           "node_type": "obj",
                 *           "position": {
                 *             "x": 10,
                 *             "y": 20
                 *           }
                 *         }
                 *       ],
                 *       "scope_id": "0",
                 *       "scope_type": "global"
                 *     }
                 */
                "application/json": {
                    /** @description `search` or `update`. */
                    action?: string;
                    /** @description The nodes to place. */
                    origin?: {
                        /**
                         * Format: int64
                         * @description 0, since nodes are models.
                         */
                        bk_inst_id?: number;
                        /** @description Textual id of the model. */
                        bk_obj_id?: string;
                        /** @description What the console keeps with it. */
                        ext?: {
                            [key: string]: unknown;
                        };
                        /**
                         * Format: int64
                         * @description Numeric id.
                         */
                        id?: number;
                        /**
                         * @description `obj`.
                         * @default obj
                         */
                        node_type?: string;
                        /** @description `{"x": …, "y": …}`; null for a node that was never placed. */
                        position?: {
                            [key: string]: unknown;
                        } | null;
                        /**
                         * @description `0`.
                         * @default 0
                         */
                        scope_id?: string;
                        /**
                         * @description `global`.
                         * @default global
                         */
                        scope_type?: string;
                    }[];
                    /** @description `0`. */
                    scope_id?: string;
                    /** @description `global`. */
                    scope_type?: string;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    put_update_objectunique_object__unique: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The model.
                 * @example switch
                 */
                bk_obj_id: string;
                /**
                 * @description Numeric id of a rule that exists.
                 * @example 1
                 */
                id: number | string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "keys": [
                 *         {
                 *           "key_id": 1,
                 *           "key_kind": "property"
                 *         }
                 *       ]
                 *     }
                 */
                "application/json": {
                    /** @description The attributes that are unique together. */
                    keys?: {
                        /**
                         * Format: int64
                         * @description Numeric id of the attribute.
                         */
                        key_id?: number;
                        /**
                         * @description Always `property`.
                         * @example property
                         */
                        key_kind?: string;
                    }[];
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_usercustom: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": null,
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
    post_usercustom_user_search: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                /** @example {} */
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Done, or refused: `result` says which. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "bk_error_code": 0,
                     *       "bk_error_msg": "success",
                     *       "data": {},
                     *       "permission": null,
                     *       "result": true
                     *     }
                     */
                    "application/json": (components["schemas"]["Success"] & {
                        data: {
                            [key: string]: unknown;
                        } | null;
                    }) | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["401"];
            413: components["responses"]["413"];
            500: components["responses"]["500"];
            503: components["responses"]["503"];
            504: components["responses"]["504"];
        };
    };
}
