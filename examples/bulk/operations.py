#!/usr/bin/env python3
"""Turn a data set (models.json, instances/MODEL.ndjson[.gz], associations.ndjson[.gz]) into one stream of operations.

    operations.py SET OUT

writes OUT/definitions/models.json, for `relata import OUT/definitions`, and OUT/operations.ndjson, for
`relata import OUT/operations.ndjson`. Links name their ends by bk_inst_name. Python 3, nothing else needed.
"""
import gzip
import json
import os
import sys


def rows(path):
    for name, opener in ((path, open), (path + ".gz", gzip.open)):
        if os.path.exists(name):
            with opener(name, "rt", encoding="utf-8") as lines:
                yield from (json.loads(line) for line in lines if line.strip())
            return


def main(source, out):
    with open(os.path.join(source, "models.json"), encoding="utf-8") as file:
        definitions = json.load(file)
    os.makedirs(os.path.join(out, "definitions"), exist_ok=True)
    with open(os.path.join(out, "operations.ndjson"), "w", encoding="utf-8") as stream:
        def write(operation):
            stream.write(json.dumps(operation, ensure_ascii=False, separators=(",", ":")) + "\n")

        for model in definitions["models"]:
            model["count"] = 0
            for row in rows(os.path.join(source, "instances", model["bk_obj_id"] + ".ndjson")):
                write({"op": "create", "model": model["bk_obj_id"], "attributes": row})
        for edge in rows(os.path.join(source, "associations.ndjson")):
            write({"op": "create", "association": edge["bk_obj_asst_id"],
                   "source": {"bk_inst_name": edge["src_key"]}, "target": {"bk_inst_name": edge["dst_key"]}})
    definitions.get("set", {}).update(instances=0, edges=0)
    with open(os.path.join(out, "definitions", "models.json"), "w", encoding="utf-8") as file:
        json.dump(definitions, file, ensure_ascii=False)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2])
