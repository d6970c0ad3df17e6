"""Makes `same-cause.jsonl.gz`: runs real tools twice on small projects that are broken each in one way. Run by hand:

    python3 test/routing/causes/make-pairs.py

The second run is in another folder, with unrelated lines added above the failing one, and other times in the log. It needs go, cargo,
pytest, gcc, make and node; a tool that is absent is left out, and said so. `--seed N` makes other projects.
"""
import gzip, json, os, random, re, shutil, subprocess, sys, tempfile
from pathlib import Path

HERE = Path(__file__).parent
SEED = int(sys.argv[sys.argv.index("--seed") + 1]) if "--seed" in sys.argv else 7
chance = random.Random(SEED)
NOUNS = "cart order invoice ledger parser token session cache queue router worker filter report metric bundle widget schema cursor buffer planner".split()
VERBS = "load store merge split trim count parse render check apply reset sort pick send read write scan pack fold walk".split()


def go(n, v, i, pad):
    pkg = f"package {n}\n\n" + "// A comment.\n" * pad
    broken = i % 4
    files = {"go.mod": f"module example.com/{n}\n\ngo 1.20\n"}
    if broken == 0:
        files[f"{v}.go"] = pkg + f"func {v.title()}(x int) int {{ return x + {i + 1} }}\n"
        files[f"{v}_test.go"] = f'package {n}\n\nimport "testing"\n\n' + "// Unrelated.\n" * pad + f'func Test{v.title()}(t *testing.T) {{\n\tif got := {v.title()}(2); got != {i + 9} {{\n\t\tt.Fatalf("{v} gave %d, want {i + 9}", got)\n\t}}\n}}\n'
        return files, "go test ./..."
    if broken == 1:
        files[f"{v}.go"] = pkg + f"func {v.title()}() int {{ return missing{n.title()}(1) }}\n"
        return files, "go build ./..."
    if broken == 2:
        files[f"{v}.go"] = pkg + f"func {v.title()}() int {{ var s string = {i}; return len(s) }}\n"
        return files, "go build ./..."
    files[f"{v}_test.go"] = f'package {n}\n\nimport "testing"\n\n' + "// Unrelated.\n" * pad + f'func Test{v.title()}(t *testing.T) {{\n\tt.Parallel()\n\tfor _, name := range []string{{"empty", "{n}", "long"}} {{\n\t\tt.Run(name, func(t *testing.T) {{\n\t\t\tt.Parallel()\n\t\t\tif name != "empty" {{\n\t\t\t\tt.Errorf("{v} of %q is not {n}", name)\n\t\t\t}}\n\t\t}})\n\t}}\n}}\n'
    return files, "go test ./..."


def rust(n, v, i, pad):
    files = {"Cargo.toml": f'[package]\nname = "{n}"\nversion = "0.1.{i}"\nedition = "2021"\n'}
    top = "// A comment.\n" * pad
    broken = i % 4
    if broken == 0:
        files["src/lib.rs"] = top + f'pub fn {v}() -> i32 {{\n    let {n}: i32 = "{v}";\n    {n}\n}}\n'
        return files, "cargo build"
    if broken == 1:
        files["src/lib.rs"] = top + f"pub fn {v}() -> i32 {{\n    {n}_of_{v}(3)\n}}\n"
        return files, "cargo build"
    if broken == 2:
        files["src/lib.rs"] = top + f"pub fn {v}(x: i32) -> i32 {{ x + {i} }}\n\n#[cfg(test)]\nmod tests {{\n    #[test]\n    fn {v}_of_{n}() {{ assert_eq!(super::{v}(1), {i + 5}); }}\n    #[test]\n    fn passes() {{}}\n}}\n"
        return files, "cargo test"
    files["src/lib.rs"] = top + f"pub fn {v}(x: Vec<i32>) -> usize {{\n    let {n}_{v} = x.len();\n    return {n}_{v};\n}}\n"
    return files, "cargo clippy -- -D warnings"


def python(n, v, i, pad):
    top = "# A comment.\n" * pad
    broken = i % 4
    files = {f"{n}.py": top + f"def {v}(x):\n    return x + {i}\n"}
    if broken == 0:
        files[f"tests/test_{n}.py"] = top + f"import sys; sys.path.insert(0, '.')\nfrom {n} import {v}\n\n\ndef test_{v}():\n    assert {v}(1) == {i + 7}\n\n\ndef test_ok():\n    pass\n"
    elif broken == 1:
        files[f"tests/test_{n}.py"] = top + f"import {n}_{v}_missing\n\n\ndef test_{v}():\n    pass\n"
    elif broken == 2:
        files[f"tests/test_{n}.py"] = top + f"import time\n\n\ndef test_{v}(tmp_path):\n    time.sleep(0.01)\n    (tmp_path / '{n}.txt').read_text()\n\n\ndef test_two():\n    raise KeyError('{v}')\n"
    else:
        files[f"tests/test_{n}.py"] = top + f"import unittest\n\n\nclass {n.title()}Test(unittest.TestCase):\n    def test_{v}(self):\n        self.assertEqual('{v}', '{n}')\n"
        return files, f"python3 -m unittest tests/test_{n}.py"
    return files, "pytest"


def c(n, v, i, pad):
    top = "/* A comment. */\n" * pad
    make = "all:\n\tgcc -Wall -Werror -c main.c -o main.o\n"
    broken = i % 4
    if broken == 0:
        code = f"int {v}(void) {{ return {n}_total; }}\n"
    elif broken == 1:
        code = f"int {v}(void) {{\n    int {n}_{v} = 3\n    return {n}_{v};\n}}\n"
    elif broken == 2:
        code = f'#include "{n}_{v}.h"\nint {v}(void) {{ return 0; }}\n'
    else:
        make = f"all:\n\tgcc main.c -o {n}\n"
        code = f"int {n}_{v}(int);\nint main(void) {{ return {n}_{v}(1); }}\n"
    return {"main.c": top + code, "Makefile": make}, "make"


def javascript(n, v, i, pad):
    top = "// A comment.\n" * pad
    broken = i % 3
    files = {"package.json": json.dumps({"name": n, "type": "module", "scripts": {"test": "node --test"}})}
    if broken == 0:
        files[f"{n}.test.js"] = top + f"import test from 'node:test';\nimport assert from 'node:assert';\ntest('{v} of {n}', () => assert.strictEqual({i}, {i + 2}));\ntest('ok', () => {{}});\n"
    elif broken == 1:
        files[f"{n}.test.js"] = top + f"import test from 'node:test';\nimport {{ {v} }} from './{n}.js';\ntest('x', () => {v}());\n"
    else:
        files[f"{n}.test.js"] = top + f"import test from 'node:test';\ntest('{v} {n}', () => {{ const {n} = undefined; {n}.{v}(); }});\n"
    return files, "npm test"


def run(files, command, when, coloured):
    folder = Path(tempfile.mkdtemp(prefix=chance.choice(["job-", "ci.", "run_"])))
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        env = {**os.environ, "CI": "true", "CARGO_TERM_COLOR": "always" if coloured else "never", "FORCE_COLOR": "1" if coloured else "0"}
        if not coloured:
            env.pop("FORCE_COLOR")
        done = subprocess.run(command, shell=True, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        if done.returncode == 0:
            return None
        printed = done.stdout.decode(errors="replace").replace(str(folder), f"/tmp/{folder.name}" if chance.random() < 0.5 else "/home/runner/work/app/app")
        lines = [f"##[group]Run {command}", f"\x1b[36;1m{command}\x1b[0m", "shell: /usr/bin/bash -e {0}", "##[endgroup]"]
        lines += printed.splitlines() + [f"##[error]Process completed with exit code {done.returncode}."]
        return "\n".join(f"2026-0{when}-1{when}T0{when}:{k // 60 % 60:02}:{k % 60:02}.{chance.randrange(10**7):07}Z {line}" for k, line in enumerate(lines)) + "\n"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


TOOLS = {"go": go, "cargo": rust, "pytest": python, "gcc": c, "node": javascript}
COUNTS = {"go": 60, "cargo": 56, "pytest": 64, "gcc": 80, "node": 60}

with gzip.GzipFile(HERE / "same-cause.jsonl.gz", "wb", mtime=0) as out:
    for tool, make in TOOLS.items():
        if shutil.which(tool) is None:
            print(f"{tool} is absent: left out", file=sys.stderr)
            continue
        for i in range(COUNTS[tool]):
            n, v = NOUNS[i % len(NOUNS)], VERBS[(i * 7 + i // len(NOUNS)) % len(VERBS)]
            logs = []
            for again in (0, 1):
                files, command = make(n, v, i, 0 if again == 0 else chance.randrange(1, 30))
                logs.append(run(files, command, again + 1, again == 1 and i % 5 == 0))
            if None in logs:
                print(f"{tool} {i} passes: left out", file=sys.stderr)
                continue
            out.write((json.dumps({"id": f"{tool}-{i}", "logs": logs}) + "\n").encode())
