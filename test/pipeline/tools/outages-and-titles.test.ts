import { describe, expect, it } from "vitest";
import type { Tool } from "../../../pipeline/artefact.ts";
import { readLogText } from "../../../pipeline/log/log-reader.ts";
import { compileLogSearch } from "../../../pipeline/log/log-search.ts";
import { compileToolTable, tablePatterns } from "../../../pipeline/tools/tool-table.ts";
import { weighEvidence } from "../../../pipeline/tools/weigh-evidence.ts";

const field = { title: "x", words: [], files: [], sources: [], fix: "x" };
const fields = { go: field, infrastructure: field, runner: field };
const tools: readonly Tool[] = [
	tool("go build", "go", "finding", ["main.go:3:8: ", "undefined: "]),
	tool("docker build", "infrastructure", "wrapper", ["executor failed running"]),
	tool("ansible", "infrastructure", "finding", ["FAILED! =>"], ["playbook"]),
	tool("network", "runner", "network", ["502 Bad Gateway"]),
	tool("runner", "runner", "runner", ["exit code 137"]),
	fullDisk(),
];
const table = compileToolTable(fields, tools);
const search = compileLogSearch(
	tablePatterns(fields, tools).map((pattern) => ({
		pattern,
		literals: pattern.kind === "regex" ? [] : [pattern.text],
	})),
);

function tool(name: string, of: string, kind: Tool["kind"], prints: readonly string[], names: readonly string[] = []) {
	const failure = { type: `${of}_${kind}`, prints: [...prints], unless: [], over: [], fix: "x", samples: [] };
	return { tool: name, field: of, kind, programs: [name], names: [...names], failures: [failure] } as Tool;
}

function fullDisk(): Tool {
	const disk = tool("disk", "runner", "runner", ["No space left on device"]);
	const [failure] = disk.failures;
	return { ...disk, failures: [{ ...failure, type: "disk_full", breaks_rest: true }] } as Tool;
}

function first(facts: { log?: string; failed_steps?: readonly string[] }) {
	const { log, ...others } = facts;
	const [evidence] = weighEvidence(table, { ...others, ...(log !== undefined && { log: readLogText(search, log) }) });
	return evidence && `${evidence.kind}: ${evidence.type}`;
}

describe("a line that tells of an outage and of what it broke", () => {
	const outage = "##[group]Run go build ./...\n##[endgroup]\nmain.go:3:8: reading https://proxy: 502 Bad Gateway\n";

	it("is the outage's", () => {
		expect(first({ log: outage })).toBe("network: runner_network");
	});

	it("leaves other lines of the tool its findings", () => {
		expect(first({ log: `${outage}main.go:9:1: undefined: x\n` })).toBe("own_finding: go_finding");
	});
});

describe("a full disk", () => {
	const log = (...lines: readonly string[]) => `##[group]Run go build ./...\n##[endgroup]\n${lines.join("\n")}\n`;
	const full = "write out.o: No space left on device";
	const others = Array.from({ length: 50 }, (_, at) => `compiled ${at}`);

	it.each([
		["behind it", [full, "main.go:3:8: undefined: x"], "runner: disk_full"],
		["as its headline", ["main.go:3:8: not built:", full], "runner: disk_full"],
		["between two reports of it", [full, "main.go:3:8: undefined: x", full], "runner: disk_full"],
		["long before it", ["main.go:3:8: undefined: x", ...others, full], "own_finding: go_finding"],
	])("breaks what is printed %s: %j", (_, lines, expected) => expect(first({ log: log(...lines) })).toBe(expected));
});

describe("a step's name that begins with Run", () => {
	it("is a name if people gave it", () => {
		expect(first({ failed_steps: ["Run the playbook"] })).toBe("step_name: infrastructure_finding");
		expect(first({ failed_steps: ["Run the playbook"], log: "##[group]Run ./provision.sh\n##[endgroup]\nno\n" })).toBe(
			"step_name: infrastructure_finding",
		);
	});

	it("is a name if it is an action's", () => {
		const log = "##[group]Run acme/playbook-action@v2\nwith:\n  a: b\n##[endgroup]\nno\n";
		expect(first({ failed_steps: ["Run acme/playbook-action@v2"], log })).toBe("step_name: infrastructure_finding");
	});

	it("is a command if its script begins so, or it looks like one", () => {
		const log = "##[group]Run deploy playbook now\ndeploy playbook now\n##[endgroup]\nno\n";
		expect(first({ failed_steps: ["Run deploy playbook now"], log })).toBeUndefined();
		expect(first({ failed_steps: ["Run ./deploy.sh playbook"] })).toBeUndefined();
		expect(first({ failed_steps: ["Run deploy --what playbook"] })).toBeUndefined();
	});
});

describe("an action that no entry has", () => {
	it.each([
		["acme/ansible-action@v2", "program: infrastructure_finding"],
		["acme/ansible-github-action@v2", "program: infrastructure_finding"],
		["acme/action-ansible@v2", "program: infrastructure_finding"],
		["acme/setup-ansible@v2", undefined],
		["acme/ansible-action/sub@v2", undefined],
	])("%s: %s", (action, expected) => {
		expect(first({ log: `##[group]Run ${action}\nwith:\n  a: b\n##[endgroup]\nno\n` })).toBe(expected);
	});
});

describe("a chain of commands that failed in an image build", () => {
	it.each([
		["ansible --version && go build ./...", "wrapper: infrastructure_wrapper"],
		["apt-get update && go build ./...", "wrapper: infrastructure_wrapper"],
		["cd app && go build ./...", "named_program: go_finding"],
	])("%s: %s", (chain, expected) => {
		const log = `##[group]Run ./image\n##[endgroup]\nexecutor failed running [/bin/sh -c ${chain}]: exit code: 1\n`;
		expect(first({ log })).toBe(expected);
	});
});

it("takes no name from a command that the log shows", () => {
	expect(
		first({
			log: "##[group]Run ./smoke\n##[endgroup]\n+ ./check playbook\nno\n##[error]Process completed with exit code 1.\n",
		}),
	).toBeUndefined();
	expect(
		first({
			log: "##[group]Run ./smoke\n##[endgroup]\nthe playbook is old\n##[error]Process completed with exit code 1.\n",
		}),
	).toBe("log_text: general");
});
