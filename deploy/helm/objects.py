#!/usr/bin/env python3
"""Checks what the chart gave, beyond what schemas say: its kinds, and that objects find each other. Prints those objects of which
kubernetes-validate has a schema.

    objects.py FILE KIND,...
"""
import sys

import yaml

objects = [entry for entry in yaml.safe_load_all(open(sys.argv[1])) if entry]
by_kind = {entry["kind"]: entry for entry in objects}
kinds = sorted(sys.argv[2].split(","))


def expect(condition, text):
    if not condition:
        sys.exit(f"objects: {text}")


def selects(selector, labels):
    return selector and selector.items() <= labels.items()


expect(sorted(entry["kind"] for entry in objects) == kinds, f"there are {sorted(entry['kind'] for entry in objects)}, not {kinds}")
expect(len({entry["metadata"]["namespace"] for entry in objects}) == 1, "objects are in several namespaces")

service, workload = by_kind["Service"], by_kind["StatefulSet"]
pod = workload["spec"]["template"]
server = pod["spec"]["containers"][0]
pod_ports = {port["name"] for port in server["ports"]}
service_ports = {port["name"] for port in service["spec"]["ports"]}
settings = {entry["name"]: entry.get("value") for entry in server["env"]}
volumes = {entry["name"]: entry for entry in pod["spec"].get("volumes", [])}
mounts = {entry["mountPath"]: entry["name"] for entry in server["volumeMounts"]}

expect(selects(service["spec"]["selector"], pod["metadata"]["labels"]), "the service finds no pod")
expect({port["targetPort"] for port in service["spec"]["ports"]} <= pod_ports, "a port of the service is none of the pod")
expect(workload["spec"]["serviceName"] == service["metadata"]["name"], "the pod's name is in no service")
expect(selects(workload["spec"]["selector"]["matchLabels"], pod["metadata"]["labels"]), "the StatefulSet does not find its pod")
expect(pod["spec"]["serviceAccountName"] == by_kind["ServiceAccount"]["metadata"]["name"], "there is no such service account")
claims = {entry["metadata"]["name"] for entry in workload["spec"]["volumeClaimTemplates"]}
expect(set(mounts.values()) == set(volumes) | claims, f"mounted are {sorted(mounts.values())}, not {sorted(set(volumes) | claims)}")

for name, value in settings.items():
    # Files that the server is told of come from volumes, and those of the chart's own map are in it.
    if not (value or "").startswith("/etc/larder/"):
        continue
    place, file = value.rsplit("/", 1)
    expect(place in mounts, f"{name} is {value}, where nothing is mounted")
    volume = volumes[mounts[place]]
    if "configMap" in volume:
        known = by_kind["ConfigMap"]
        expect(volume["configMap"]["name"] == known["metadata"]["name"] and file in known["data"], f"{name}: no map has {file}")

for kind in ["NetworkPolicy", "PodDisruptionBudget"]:
    if kind in by_kind:
        spec = by_kind[kind]["spec"]
        selector = (spec.get("podSelector") or spec.get("selector"))["matchLabels"]
        expect(selects(selector, pod["metadata"]["labels"]), f"{kind} finds no pod")
if "NetworkPolicy" in by_kind:
    named = {port["port"] for rule in by_kind["NetworkPolicy"]["spec"]["ingress"] for port in rule["ports"]}
    expect(named == pod_ports, f"the policy lets clients reach {sorted(named)}, the pod has {sorted(pod_ports)}")
if "Ingress" in by_kind:
    rule = by_kind["Ingress"]["spec"]["rules"][0]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    expect(backend["name"] == service["metadata"]["name"] and backend["port"]["name"] in service_ports, "the ingress leads nowhere")
    hosts = [host for entry in by_kind["Ingress"]["spec"].get("tls", []) for host in entry["hosts"]]
    expect(hosts == [rule["host"]], f"the certificate is for {hosts}, the host is {rule['host']}")
if "ServiceMonitor" in by_kind:
    # What the operator defines is in none of the schemas.
    spec = by_kind["ServiceMonitor"]["spec"]
    expect(selects(spec["selector"]["matchLabels"], service["metadata"]["labels"]), "the monitor finds no service")
    expect({entry["port"] for entry in spec["endpoints"]} <= service_ports, "the monitor asks a port that the service has not")
    expect(all(entry["path"] == "/metrics" for entry in spec["endpoints"]), "the monitor asks another path")

print(yaml.safe_dump_all(entry for entry in objects if not entry["apiVersion"].startswith("monitoring.")))
