#!/usr/bin/env python3
"""Holds the source tree to the rules no compiler checks. Run by ctest.

usage: tidy.py REPOSITORY

Prints a line for each breach, "path:line: what", and exits 1 if there is one. The rules
are explained in CONTRIBUTING.md; the tables below are the rules.
"""

import ast
import pathlib
import re
import sys

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 70

SKIPPED_FOLDERS = {".git", ".furnace", "build", "node_modules", "__pycache__"}
CODE = {".cc", ".h", ".py", ".lua", ".sql", ".sh", ".proto", ".cmake", ".ts", ".js"}

# Who may include whom. A layer may always include itself.
BASE = {"libs/common/base", "libs/common/ledger"}
INNER = BASE | {"domain", "app"}
ADAPTER = INNER | {"libs/common/json", "libs/common/metrics", "libs/common/runtime"}
LAYERS = {
    "domain": BASE,
    "app": BASE | {"domain", "libs/common/json", "libs/common/runtime"},
    "storage": ADAPTER | {"libs/common/postgres", "libs/common/redis"},
    "clients": ADAPTER | {"wire", "libs/common/http", "libs/common/rpc"},
    "rpc": ADAPTER | {"wire", "libs/common/proto_json", "libs/common/rpc"},
    # Adapters that only some services have; like the above, they see no other adapter.
    "http": ADAPTER | {"wire", "libs/common/http", "libs/common/proto_json"},
    "drivers": ADAPTER | {"libs/common/rpc"},
    "gpu": ADAPTER,
    "process": ADAPTER,
    "spool": ADAPTER,
    # The gateway's knowledge of the protos, which all its adapters share.
    "wire": BASE | {"domain"},
}
# Libraries that only some layers may see.
ONLY_IN = {
    "libpq-fe.h": set(),
    "hiredis/": {"storage"},
    "grpcpp/": {"rpc", "clients", "wire"},
    "furnace/": {"rpc", "clients", "wire", "http"},
    "boost/": {"http"},
    "spdlog/": set(LAYERS) - {"domain", "storage"},
}
# Files in domain/ and app/ that a unit test of another name covers.
POLICIES = "tests/unit/worker/domain/policies_test.cc"
AGENT = "tests/unit/worker/app/agent_lifecycle_test.cc"
TESTED_IN = {
    "services/worker/domain/backoff.cc": POLICIES,
    "services/worker/domain/link.cc": POLICIES,
    "services/worker/domain/outcome.cc": POLICIES,
    "services/worker/domain/sdk_policy.cc": POLICIES,
    "services/worker/domain/supervisor.cc": POLICIES,
    "services/worker/app/agent.cc": AGENT,
    "services/worker/app/agent_handler.cc": AGENT,
    "services/worker/app/agent_scheduler.cc": AGENT,
    "services/worker/app/agent_shutdown.cc": AGENT,
    "services/scheduler/app/dispatcher.cc": "tests/unit/scheduler/app/dispatcher_claims_test.cc",
}

INCLUDE = re.compile(r'^#include ["<]([^">]+)[">]', re.M)
SQL = re.compile(r'"\s*(select\b[^"]*\bfrom\b|insert\s+into\b|update\s+[\w.]+\s+set\b|delete\s+from\b)', re.I)
UNNUMBERED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b(?!\(#\d+\))")
# Comments, strings, preprocessor lines and access labels: nothing a function begins with.
NOISE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
    r"|'(?:\\.|[^'\\\n])'|^[ \t]*#(?:\\\n|[^\n])*|\b(?:public|private|protected):", re.S | re.M)
SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")


def line_of(text, offset):
    """The line number of an offset."""
    return text.count("\n", 0, offset) + 1


def layer_of(path):
    """services/scheduler/storage/redis/x.h -> ("scheduler", "storage")."""
    parts = path.split("/")
    if parts[0] == "services" and len(parts) > 3:
        return parts[1], parts[2]
    return None, "/".join(parts[:3])


def include_problems(path, text):
    """Includes that the layer of `path` may not have."""
    service, layer = layer_of(path)
    if service and layer not in LAYERS:
        yield 1, f"{layer} is no layer that tools/tidy.py knows"
    if service is None or layer not in LAYERS:
        return
    for match in INCLUDE.finditer(text):
        included, line = match[1], line_of(text, match.start())
        other_service, other = layer_of(included)
        if other_service and other_service != service:
            yield line, f"{service} includes {other_service}: {included}"
        elif other_service and other != layer and other not in LAYERS[layer]:
            yield line, f"{layer} includes {other}: {included}"
        elif included.startswith("libs/") and other not in LAYERS[layer]:
            yield line, f"{layer} includes {included}"
        for prefix, homes in ONLY_IN.items():
            if included.startswith(prefix) and layer not in homes:
                yield line, f"{layer} includes {included}"


def blank(match):
    """White space in the shape of what was matched."""
    return re.sub(r"[^\n]", " ", match[0])


def functions(text):
    """Yields (first line, number of lines) of each C++ function with a body."""
    text = NOISE.sub(blank, text)
    stack = []  # For each open brace: "scope", or the function's offset, or None.
    start = 0   # Where the present declaration or statement begins.
    for match in re.finditer(r"[{};]", text):
        if match[0] == "{":
            head = text[start:match.start()]
            outside = all(kind == "scope" for kind in stack)
            if outside and SCOPE.search(head.split("(")[0]):
                stack.append("scope")
            elif outside and "(" in head:
                stack.append(start + len(head) - len(head.lstrip()))
            else:
                stack.append(None)
        elif match[0] == "}" and stack:
            kind = stack.pop()
            if isinstance(kind, int):
                first = line_of(text, kind)
                yield first, line_of(text, match.start()) - first + 1
        start = match.end()


def cpp_problems(path, text):
    """What C++ files must not hold."""
    yield from include_problems(path, text)
    for match in SQL.finditer(text):
        if not path.startswith("tests/"):
            yield line_of(text, match.start()), "SQL in C++; give it a file in storage/postgres/sql/"
    for first, lines in functions(text):
        if lines > MAX_FUNCTION_LINES:
            yield first, f"function of {lines} lines; at most {MAX_FUNCTION_LINES}"


def python_problems(text):
    """Public functions and classes without a docstring. Tests' names say it all."""
    tree = ast.parse(text)
    scopes = [tree] + [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for scope in scopes:
        for node in scope.body:
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            exempt = (node.name.startswith(("_", "test_", "setUp", "tearDown")) or
                      isinstance(node, ast.ClassDef) and node.name.endswith("Test"))
            if not exempt and not ast.get_docstring(node):
                yield node.lineno, f"{node.name} has no docstring"


def file_problems(path, text):
    """All breaches in one file."""
    suffix = pathlib.PurePath(path).suffix
    lines = text.count("\n")
    if lines > MAX_FILE_LINES:
        yield 1, f"{lines} lines; at most {MAX_FILE_LINES}: does it do one thing?"
    for match in UNNUMBERED.finditer(text):
        yield line_of(text, match.start()), f"{match[1]} without an issue: write {match[1]}(#123)"
    if suffix in (".cc", ".h"):
        yield from cpp_problems(path, text)
    elif suffix == ".py":
        yield from python_problems(text)
    elif suffix in (".sql", ".lua") and not path.startswith("migrations/") and not text.startswith("--"):
        yield 1, "does not open with a comment on its parameters"


def missing_tests(paths, tested_in=TESTED_IN):
    """Files of domain/ and app/ that have no unit test, and entries of `tested_in` without use."""
    for path in sorted(paths):
        service, layer = layer_of(path)
        if service is None or layer not in ("domain", "app") or not path.endswith(".cc"):
            continue
        wanted = path.replace("services/", "tests/unit/", 1)[:-len(".cc")] + "_test.cc"
        wanted = tested_in.get(path, wanted)
        if wanted not in paths:
            yield path, 1, f"has no test {wanted}"
    for path in tested_in:
        if path not in paths:
            yield path, 1, "is listed in tools/tidy.py but does not exist"


def source_files(root):
    """The tree's source files, relative to `root`."""
    for entry in sorted(root.iterdir()):
        if entry.is_symlink() or entry.name in SKIPPED_FOLDERS:
            continue
        if entry.is_dir():
            yield from source_files(entry)
        elif entry.suffix in CODE or entry.name == "CMakeLists.txt":
            yield entry


def main():
    """Checks a tree; 1 when something was found."""
    root = pathlib.Path(sys.argv[1])
    files = {str(file.relative_to(root)): file for file in source_files(root)}
    found = [(path, line, what) for path, file in files.items()
             for line, what in file_problems(path, file.read_text())]
    found += missing_tests(set(files))
    for path, line, what in found:
        print(f"{path}:{line}: {what}")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
