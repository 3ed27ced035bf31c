"""As much of GitLab CI as deploy/gitlab uses: components with inputs, jobs in the order of their stages, rules on the branch,
dotenv reports, ID tokens; each job's script runs for real.

    pipeline.py EXAMPLE TEMPLATES WORKSPACE

The variables that GitLab would set are those of this process. TOKEN is what a job gets as its ID token, AUDIENCE for whom. Prints
a line for each job, and what it says.
"""
import os
import re
import subprocess
import sys

import yaml

KEYWORDS = {"stage", "image", "id_tokens", "variables", "interruptible", "retry", "script", "artifacts", "needs", "rules",
            "environment"}


def expanded(text, variables):
    """Variables in a value that GitLab itself expands."""
    return re.sub(r"\$(\w+)", lambda found: variables.get(found[1], ""), text)


def component(path, given):
    """The jobs of a component, with its inputs put in."""
    text = open(path).read()
    header, body = re.split(r"^---$", text, flags=re.MULTILINE)
    inputs = yaml.safe_load(header)["spec"]["inputs"]
    unknown = set(given) - set(inputs)
    assert not unknown, f"{path} has no inputs {unknown}"
    values = {}
    for name, description in inputs.items():
        value = given.get(name, description.get("default"))
        assert value is not None, f"{path}: the input {name} is not given"
        assert re.search(description.get("regex", ""), value), f"{path}: {name} is {value}"
        values[name] = value
    used = set(re.findall(r"\$\[\[ inputs\.(\S+) \]\]", body))
    assert used == set(inputs), f"{path}: {used ^ set(inputs)} is not used, or not an input"
    return yaml.safe_load(re.sub(r"\$\[\[ inputs\.(\S+) \]\]", lambda found: values[found[1]], body))


def holds(rules, variables):
    """Whether a job is part of the pipeline."""
    def value(word):
        return variables.get(word[1:]) if word.startswith("$") else word.strip('"')
    for rule in rules:
        words = rule["if"].split(" == ")
        if value(words[0]) and (len(words) == 1 or value(words[0]) == value(words[1])):
            return True
    return not rules


def run(name, job, variables, reports, workspace):
    unknown = set(job) - KEYWORDS
    assert not unknown, f"{name}: unknown keywords {unknown}"
    environment = dict(variables)
    for key, value in job.get("variables", {}).items():
        environment[key] = expanded(value, variables)
    for key, token in job.get("id_tokens", {}).items():
        assert token["aud"] == os.environ["AUDIENCE"], f"{name}: the token is for {token['aud']}"
        environment[key] = os.environ["TOKEN"]
    for needed in job.get("needs", []):
        environment.update(reports[needed["job"] if isinstance(needed, dict) else needed])
    print(f"== {name}", flush=True)
    # The runner gives all lines to one shell.
    script = "set -eo pipefail\n" + "\n".join(job["script"])
    subprocess.run(["bash", "-c", script], cwd=workspace, env=environment, check=True)
    report = job.get("artifacts", {}).get("reports", {}).get("dotenv")
    lines = open(os.path.join(workspace, report)).read().splitlines() if report else []
    reports[name] = dict(line.split("=", 1) for line in lines)


def main(example, templates, workspace):
    variables = dict(os.environ)
    secret = {"TOKEN", "AUDIENCE"}
    variables = {key: value for key, value in variables.items() if key not in secret}
    pipeline = yaml.safe_load(open(example))
    stages = pipeline.pop("stages")
    jobs = {}
    for include in pipeline.pop("include"):
        path = re.fullmatch(r"\$CI_SERVER_FQDN/tools/larder/(\w+)@1", include["component"])[1]
        given = {key: expanded(value, variables) if key == "to" else value for key, value in include["inputs"].items()}
        found = component(os.path.join(templates, path + ".yml"), given)
        assert not set(found) & set(jobs), f"two jobs have the name {set(found) & set(jobs)}"
        jobs.update(found)
    jobs.update(pipeline)
    reports = {}
    for stage in stages:
        for name, job in jobs.items():
            if job["stage"] == stage and holds(job.get("rules", []), variables):
                run(name, job, variables, reports, workspace)


main(*sys.argv[1:])
