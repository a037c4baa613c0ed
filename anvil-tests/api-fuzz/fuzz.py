"""Holds a running API against the OpenAPI document that it serves, with schemathesis and all of its checks.

    API_URL TOKENS [EXAMPLES] [SEED]   .venv/bin/python fuzz.py

TOKENS is JSON: a bearer token by the name of who has it. Each of them gets a run of its own, with EXAMPLES cases per operation and phase (20). The ids of what
there is are found by reading every list that the token may read, so that cases reach beyond "not found". Prints one JSON line {"cases", "failures"} and exits 0,
or what schemathesis found and exits 1.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
API = os.environ["API_URL"].rstrip("/")
EXAMPLES = os.environ.get("EXAMPLES", "20")
SEED = os.environ.get("SEED", "1")
# An id is a kind and 26 characters of a ULID, behind other kinds where it is made of another id: `rcpt_pr_…`.
ID = re.compile(r"^((?:[a-z]+_)+)[0-9A-HJKMNP-TV-Z]{26}$")
# How a parameter's description names the kind of its ids.
KIND = re.compile(r"`((?:[a-z]+_)+)…`")
# How many of one kind are enough.
ENOUGH = 20
# Rounds of reading: lists, what is in them, and what is in that.
ROUNDS = 3


def get(path: str, token: str | None = None):
    request = urllib.request.Request(f"{API}{path}", headers={"authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.HTTPError, json.JSONDecodeError):
        return None


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def parameters(operation: dict) -> dict[str, str | None]:
    """The path parameters of an operation, with the kind of id that each takes."""
    found = {}
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            kind = KIND.search(parameter["description"])
            found[parameter["name"]] = kind and kind.group(1)
    return found


def what_there_is(document: dict, token: str) -> dict[str, set[str]]:
    """Ids by kind, out of everything that can be read with the token."""
    known: dict[str, set[str]] = {}
    seen = set()
    for _ in range(ROUNDS):
        for path, item in document["paths"].items():
            if "get" not in item or not path.startswith("/api/agent/") or "stream" in path:
                continue
            kinds = parameters(item["get"])
            choices = [path]
            for name, kind in kinds.items():
                choices = [choice.replace(f"{{{name}}}", id) for choice in choices for id in sorted(known.get(kind, ()))[:3]]
            for choice in choices:
                if choice in seen:
                    continue
                seen.add(choice)
                for text in texts(get(choice, token)):
                    if match := ID.match(text):
                        ids = known.setdefault(match.group(1), set())
                        if len(ids) < ENOUGH:
                            ids.add(text)
    return known


def configuration(document: dict, token: str) -> str:
    known = what_there_is(document, token)
    names = {}
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                names |= parameters(operation)
    lines = [f'hooks = "{HERE / "hooks.py"}"', "continue-on-failure = true", 'generation.mode = "all"', ""]
    # What a schema cannot say (an asset that is not registered, a nonce that was used) is 422 or 401 with a code of its own; `the_schema_says_it_all` in hooks.py
    # holds the code against a list, which is stricter than the status.
    lines += ["[checks.positive_data_acceptance]", 'expected-statuses = ["2xx", "400", "401", "403", "404", "409", "410", "422", "503"]', ""]
    bound = {name: known[kind] for name, kind in names.items() if kind in known}
    for name, ids in bound.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(sorted(ids))}", ""]
    lines += ["[parameters]"] + [f'{name} = {{ dictionary = "{name}", probability = 0.7 }}' for name in bound]
    return "\n".join(lines) + "\n"


def run(who: str, token: str, document: dict) -> tuple[int, int, str]:
    with tempfile.TemporaryDirectory() as folder:
        config, report = Path(folder, "schemathesis.toml"), Path(folder, "report.json")
        config.write_text(configuration(document, token))
        chains = get("/api/chains")["chains"]
        me = get("/api/agent/me", token)
        facts = {"wallets": [wallet["address"] for wallet in me["wallets"]], "assets": [asset["assetId"] for chain in chains for asset in chain["assets"]], "ownToken": me["credential"]["id"]}
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{API}/openapi.json"]
        command += ["--header", f"Authorization: Bearer {token}", "--checks", "all", "--max-examples", EXAMPLES, "--seed", SEED, "--workers", "1"]
        # A stream does not end; its own tests read it.
        command += ["--exclude-path-regex", "/stream$"]
        command += ["--report", "json", "--report-json-path", str(report), "--warnings", "off", "--no-color"]
        ended = subprocess.run(command, cwd=folder, env={**os.environ, "FACTS": json.dumps(facts)}, capture_output=True, text=True)
        found = re.search(r"(\d+) generated", ended.stdout)
        return ended.returncode, int(found.group(1)) if found else 0, f"as {who}:\n{ended.stdout}{ended.stderr}"


def main() -> int:
    document = get("/openapi.json")
    cases, failed = 0, 0
    for who, token in json.loads(os.environ["TOKENS"]).items():
        code, generated, said = run(who, token, document)
        cases += generated
        if code != 0 or generated == 0:
            failed += 1
            print(said, file=sys.stderr)
    print(json.dumps({"cases": cases, "failures": failed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
