-- Tables of documents other than instances are made for every table of the port, see migrate.rs.
CREATE TABLE definitions (revision bigint NOT NULL);
INSERT INTO definitions VALUES (1);
CREATE TABLE instances (model bigint NOT NULL, id bigint NOT NULL, revision bigint NOT NULL, doc jsonb NOT NULL, exact text,
    PRIMARY KEY (model, id));
-- Every value of every document, with the model as the first step of its path; without a list of pending entries, which
-- every question would have to go through.
CREATE INDEX instances_by_value ON instances
    USING gin (jsonb_set(('{"' || model::text || '":0}')::jsonb, ARRAY[model::text], doc) jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX instances_exact ON instances (model) WHERE exact IS NOT NULL;
CREATE TABLE unique_keys (rule bigint NOT NULL, key bytea NOT NULL, row bigint NOT NULL, PRIMARY KEY (rule, key));
CREATE TABLE sequences (name text COLLATE "C" PRIMARY KEY, next bigint NOT NULL);
CREATE TABLE association_ends (association bigint PRIMARY KEY, source_model bigint NOT NULL, target_model bigint NOT NULL);
CREATE INDEX association_ends_by_source ON association_ends (source_model);
CREATE INDEX association_ends_by_target ON association_ends (target_model);
CREATE TABLE links (id bigint PRIMARY KEY, association bigint NOT NULL, source bigint NOT NULL, target bigint NOT NULL,
    one_source boolean NOT NULL, one_target boolean NOT NULL);
CREATE UNIQUE INDEX links_pair ON links (association, source, target);
CREATE INDEX links_by_target ON links (association, target, source);
CREATE UNIQUE INDEX links_one_source ON links (association, source) WHERE one_source;
CREATE UNIQUE INDEX links_one_target ON links (association, target) WHERE one_target;
-- The log: sets as they were written, and the numbers that they were given once nothing could come before them.
CREATE SEQUENCE change_position;
CREATE TABLE changes (position bigint NOT NULL, n integer NOT NULL, count bigint NOT NULL, time bigint NOT NULL,
    attempt bytea NOT NULL, usr text COLLATE "C" NOT NULL, app text NOT NULL, request text NOT NULL,
    resource text COLLATE "C" NOT NULL, action text COLLATE "C" NOT NULL, scope text COLLATE "C" NOT NULL,
    subjects bigint[] NOT NULL, data text NOT NULL, PRIMARY KEY (position, n));
CREATE INDEX changes_by_attempt ON changes (attempt);
CREATE INDEX changes_by_scope ON changes (scope, position, n);
CREATE INDEX changes_by_resource ON changes (resource, position, n);
CREATE INDEX changes_by_user ON changes (usr, position, n);
CREATE INDEX changes_by_subject ON changes USING gin (subjects) WITH (fastupdate = off) WHERE subjects <> '{}';
CREATE TABLE change_order (seq bigint PRIMARY KEY, count bigint NOT NULL, position bigint NOT NULL, n integer NOT NULL,
    time bigint NOT NULL);
CREATE UNIQUE INDEX change_order_by_position ON change_order (position, n);
CREATE INDEX change_order_by_time ON change_order (time, seq);
CREATE TABLE change_settled (seq bigint NOT NULL, position bigint NOT NULL, time bigint NOT NULL,
    next_position bigint NOT NULL, next_xid xid8 NOT NULL);
INSERT INTO change_settled VALUES (0, 0, 0, 0, '0');
