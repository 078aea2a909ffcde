"""The documents of all styles are OpenAPI 3.1, and a client that is generated from each talks to the server."""

import importlib
import json
import subprocess
import sys
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate

url, token = sys.argv[1:]
sys.path.insert(0, str(Path.cwd()))

for style in ["native", "gateway", "esb"]:
    with urllib.request.urlopen(f"{url}/api/openapi.json?style={style}") as answer:
        document = json.load(answer)
    validate(document)
    Path("document.json").write_text(json.dumps(document), encoding="utf-8")
    # The generator knows no bodies of one JSON object a line.
    config = {"post_hooks": [], "content_type_overrides": {"application/x-ndjson": "application/json"}}
    Path("config.yml").write_text(json.dumps(config), encoding="utf-8")
    generator = [sys.executable, "-I", "-m", "openapi_python_client", "generate", "--path", "document.json"]
    generator += ["--output-path", f"client_{style}", "--meta", "none", "--config", "config.yml", "--fail-on-warning"]
    subprocess.run(generator, check=True)

    made = importlib.import_module(f"client_{style}")
    operation = importlib.import_module(f"client_{style}.api.instances.count_object_instances")
    models = importlib.import_module(f"client_{style}.models")
    client = made.AuthenticatedClient(base_url=url, token=token)
    with client as client:
        if style == "esb":
            body = models.CountObjectInstancesBody(bk_obj_id="bk_switch")
            answer = operation.sync(client=client, body=body)
        else:
            answer = operation.sync("bk_switch", client=client, body=models.CountObjectInstancesBody())
    assert answer.result is True and answer.data.count == 0, answer
