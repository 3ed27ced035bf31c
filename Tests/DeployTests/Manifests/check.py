"""Checks the files in deploy that nothing here can run: that they are well formed, say what their documentation says, and go
together.

    check.py DEPLOY
"""
import glob
import json
import os
import re
import subprocess
import sys

import yaml

deploy = sys.argv[1]


def documents(path):
    return [entry for entry in yaml.safe_load_all(open(os.path.join(deploy, path))) if entry]


def same_keys(values, schema, path, definitions):
    """Every value has a place in the schema, and every place a value, so that the documentation has all."""
    schema = definitions[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if "properties" not in schema:
        return
    known = set(schema["properties"]) - {"global"}
    assert set(values) == known, f"values.yaml and its schema differ at {path or 'the top'}: {set(values) ^ known}"
    assert schema.get("additionalProperties") is False, f"{path}: a wrong name would be taken"
    for name, value in values.items():
        if isinstance(value, dict):
            same_keys(value, schema["properties"][name], f"{path}.{name}", definitions)


def check_chart():
    schema = json.load(open(os.path.join(deploy, "helm/larder/values.schema.json")))
    same_keys(documents("helm/larder/values.yaml")[0], schema, "", schema["definitions"])


def known_settings():
    """The variables that the server reads."""
    names = re.findall(r"^    case (\w+)$", open(os.path.join(deploy, "../Sources/larderd/Settings/Setting.swift")).read(), re.M)
    assert len(names) > 20
    return {"LARDER_" + re.sub("([A-Z])", r"_\1", name).upper() for name in names}


def check_plain():
    objects = {entry["kind"]: entry for entry in documents("kubernetes/larder.yaml")}
    assert set(objects) == {"StatefulSet", "Service", "ServiceAccount", "NetworkPolicy", "PodDisruptionBudget"}, set(objects)
    pod = objects["StatefulSet"]["spec"]["template"]
    labels = objects["Service"]["spec"]["selector"].items()
    assert labels <= pod["metadata"]["labels"].items(), "the service finds no pod"
    server = pod["spec"]["containers"][0]
    assert server["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    assert pod["spec"]["securityContext"]["runAsNonRoot"] and not pod["spec"]["automountServiceAccountToken"]
    settings = {entry["name"]: entry.get("value") for entry in server["env"]}
    assert set(settings) <= known_settings(), f"no settings of the server: {set(settings) - known_settings()}"


def check_runner():
    pod = documents("kubernetes/runner.yaml")[0]["spec"]["template"]["spec"]
    rights = pod["containers"][0]["securityContext"]
    assert pod["hostUsers"] is False and pod["securityContext"]["runAsNonRoot"]
    assert rights["capabilities"] == {"drop": ["ALL"], "add": ["SETUID", "SETGID"]} and "privileged" not in rights


def check_compose():
    service = documents("docker/compose.yaml")[0]["services"]["larderd"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"]), "a server that is open to all is on the network"
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    more = documents("docker/compose.rules.yaml")[0]
    added = more["services"]["larderd"]
    assert set(added["environment"]) == {"LARDER_WEBHOOKS", "LARDER_SCAN_GATE"} <= known_settings()
    places = [volume.split(":")[-2 if volume.endswith(":ro") else -1] for volume in added["volumes"]]
    assert all(any(path.startswith(place + "/") for place in places) for path in added["environment"].values()), places
    assert {volume.split(":")[0] for volume in added["volumes"] if volume[0] != "$"} == set(more["volumes"])


def check_scanner():
    """What deploy/helm/scanner.yaml says in YAML is what the examples say, which tests have servers read."""
    values = documents("helm/scanner.yaml")[0]
    for path in leaves({name: value for name, value in values.items() if name not in ["extraVolumes", "extraVolumeMounts"]}):
        assert exists(path, documents("helm/larder/values.yaml")[0]), f"the chart has no {'.'.join(path)}"
    rules = values["scanGate"]["rules"]
    assert rules.items() <= json.load(open(os.path.join(deploy, "scan-gate/trivy.json"))).items(), rules
    hook = values["webhooks"]["rules"]["webhooks"]["deploy"]
    known = {name for file in glob.glob(os.path.join(deploy, "webhooks/*.json")) for hook in json.load(open(file))["webhooks"].values() for name in hook}
    assert set(hook) <= known, set(hook) - known
    assert hook["secret-file"].startswith("/etc/larder/webhooks/") and values["webhooks"]["secretName"]
    mounted = {mount["mountPath"] for mount in values["extraVolumeMounts"]}
    judge = open(os.path.join(deploy, "scan-gate/larder-judge-trivy")).read()
    image = open(os.path.join(deploy, "scan-gate/Dockerfile")).read()
    assert mounted == {"/var/cache/larder"} and "--cache-dir /var/cache/larder/" in judge and "VOLUME /var/cache/larder\n" in image


def check_workflows():
    for path in glob.glob(os.path.join(deploy, "github/examples/*.yml")):
        for job in yaml.safe_load(open(path))["jobs"].values():
            assert "permissions" in job and "timeout-minutes" in job, f"{path}: a job says not what it may do, or how long"
            for step in job["steps"]:
                assert "uses" not in step or "@v" in step["uses"], f"{path}: {step['uses']} names no version"
                if "run" in step:
                    assert "${{" not in step["run"], f"{path}: a script has an expression in it"
                    subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def exists(path, values):
    """Whether the chart has a value of this name; below an empty map anything goes."""
    for name in path:
        if values == {}:
            return True
        if not isinstance(values, dict) or name not in values:
            return False
        values = values[name]
    return True


def leaves(values, path=()):
    for name, value in values.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, path + (name,))
        else:
            yield path + (name,)


def check_guide():
    """What the guide tells users to give the chart is there, and so are the files of commands that need a cluster."""
    text = open(os.path.join(deploy, "../Sources/larder/larder.docc/Guides/Kubernetes.md")).read()
    chart = documents("helm/larder/values.yaml")[0]
    given = yaml.safe_load(re.search(r"<!-- values of the chart -->\n\n```yaml\n(.*?)```", text, re.S)[1])
    for path in leaves(given):
        assert exists(path, chart), f"the chart has no {'.'.join(path)}"
    commands = "".join(re.findall(r"```shell\n(.*?)```", text, re.S))
    names = re.findall(r"--set(?:-json)? \"?([\w.]+)=", commands)
    assert names and "values.yaml" in commands
    for name in names:
        assert exists(name.split("."), chart), f"the chart has no {name}"
    for path in re.findall(r"deploy/[\w/.-]+", commands):
        assert os.path.exists(os.path.join(deploy, "..", path)), f"there is no {path}"
    assert "statefulset/larder" in commands and "rollout status" in commands


for check in [check_chart, check_plain, check_runner, check_compose, check_scanner, check_workflows, check_guide]:
    check()
print("all is well")
