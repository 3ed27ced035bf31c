"""As much of GitHub Actions as deploy/github uses: a matrix, steps that run scripts or Larder's composite actions, expressions,
outputs, and ID tokens for jobs that may have them; scripts run for real.

    workflow.py WORKFLOW ACTIONS WORKSPACE

The variables that GitHub would set are those of this process. TOKEN is what a job gets as its ID token, AUDIENCE for whom;
SECRET_name is a secret. Prints a line for each step, and what it says.
"""
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import urllib.parse

import yaml


class TokenRequests(http.server.BaseHTTPRequestHandler):
    """Where a job asks for its ID token."""

    def do_GET(self):
        audience = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query).get("audience")
        isRight = audience == [os.environ["AUDIENCE"]] and self.headers["authorization"] == "Bearer request"
        self.send_response(200 if isRight else 400)
        self.end_headers()
        self.wfile.write(json.dumps({"value": os.environ["TOKEN"]} if isRight else {}).encode())

    def log_message(self, *arguments):
        pass


def value(expression, context):
    """What an expression comes down to: names, texts, == and &&."""
    for part in expression.split("&&"):
        sides = [side.strip() for side in part.split("==")]
        values = [side[1:-1] if side.startswith("'") else looked_up(side, context) for side in sides]
        result = values[0] if len(values) == 1 else values[0] == values[1]
        if not result:
            return result
    return result


def looked_up(name, context):
    found = context
    for part in name.split("."):
        assert isinstance(found, dict), f"{name} is nothing"
        if part not in found and name.startswith("steps."):
            return ""
        found = found[part]
    return found


def filled(text, context):
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: str(value(found[1], context)), str(text))


def lines(path):
    """A file of name=value."""
    with open(path) as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)


def script(text, environment, directory, workspace):
    with tempfile.NamedTemporaryFile("w", suffix=".sh", dir=workspace) as file:
        file.write(text)
        file.flush()
        subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", file.name], cwd=workspace, env=environment, check=True)


def run_steps(steps, context, environment, actions, workspace, directory=None):
    for step in steps:
        if "if" in step and not value(step["if"], context):
            print(f"== left out: {step.get('name', step.get('uses'))}", flush=True)
            continue
        own = dict(environment)
        own.update({key: filled(text, context) for key, text in step.get("env", {}).items()})
        outputs = tempfile.NamedTemporaryFile("r", delete=False)
        own["GITHUB_OUTPUT"] = outputs.name
        found = {}
        if "run" in step:
            print(f"== run {step.get('name', '')}", flush=True)
            assert "${{" not in step["run"], "a script has an expression in it"
            if directory:
                own["GITHUB_ACTION_PATH"] = directory
                assert step["shell"] == "bash"
            script(step["run"], own, directory, workspace)
            found = lines(outputs.name)
        elif step["uses"].startswith("larder/larder/deploy/github/"):
            name = re.fullmatch(r"larder/larder/deploy/github/(\w+)@v1", step["uses"])[1]
            given = {key: filled(text, context) for key, text in step.get("with", {}).items()}
            found = run_action(os.path.join(actions, name), given, environment, actions, workspace)
        else:
            assert step["uses"] == "actions/checkout@v4", step["uses"]
        if "id" in step:
            context["steps"][step["id"]] = {"outputs": found}


def run_action(directory, given, environment, actions, workspace):
    print(f"== action {os.path.basename(directory)}", flush=True)
    action = yaml.safe_load(open(os.path.join(directory, "action.yml")))
    inputs = {}
    for name, description in action["inputs"].items():
        assert name in given or not description.get("required"), f"{directory}: the input {name} is not given"
        inputs[name] = given.get(name, description.get("default"))
    assert not set(given) - set(inputs), f"{directory} has no inputs {set(given) - set(inputs)}"
    context = {"inputs": inputs, "steps": {}}
    assert action["runs"]["using"] == "composite"
    run_steps(action["runs"]["steps"], context, environment, actions, workspace, os.path.abspath(directory))
    return {name: filled(output["value"], context) for name, output in action["outputs"].items()}


def main(workflow, actions, workspace):
    hidden = {"TOKEN", "AUDIENCE"}
    environment = {key: text for key, text in os.environ.items() if key not in hidden and not key.startswith("SECRET_")}
    secrets = {key[7:]: text for key, text in os.environ.items() if key.startswith("SECRET_")}
    github = {
        "ref": os.environ["GITHUB_REF"], "event_name": os.environ["GITHUB_EVENT_NAME"], "actor": "somebody",
        "ref_name": os.environ["GITHUB_REF_NAME"],
    }
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenRequests)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, job in yaml.safe_load(open(workflow))["jobs"].items():
        if job["permissions"].get("id-token") == "write":
            environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = f"http://127.0.0.1:{server.server_port}/token?api=1"
            environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "request"
        for image in job.get("strategy", {}).get("matrix", {}).get("image", [None]):
            print(f"== job {name} {image}", flush=True)
            context = {"github": github, "secrets": secrets, "matrix": {"image": image}, "steps": {}}
            run_steps(job["steps"], context, environment, actions, workspace)


main(*sys.argv[1:])
