import { createHash } from "node:crypto";
import type { Artefact, Incident } from "../pipeline/index.ts";
import type { LogPattern } from "../pipeline/log/log-pattern.ts";
import { printedPattern } from "../pipeline/tools/tool-table.ts";

/** One `if` of the hand-written function: if the error lines have one of `prints` and none of `unless`, it is this failure. */
interface Rule {
	readonly type: string;
	readonly category: string;
	readonly fix: string;
	readonly prints: readonly RegExp[];
	readonly unless: readonly RegExp[];
}

const AGENTS: Readonly<Record<string, string>> = {
	security: "cipher",
	rust: "rex",
	frontend: "blaze",
	infrastructure: "bolt",
};

/**
 * What one would write without an engine, as the reference: strip, split, search for the pipeline's own patterns with
 * native regexes until a rule holds, choose the agent, build the CodeRun. It has no unknown verdicts, explanations,
 * protection from hostile logs or memory bound.
 */
export function handwrittenDecider(artefact: Artefact): (incident: Incident, log: string) => object {
	const rules = rulesOf(artefact);
	return (incident, log) => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
		const text = log.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").replace(/^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z /gm, "");
		const lines = text.split("\n");
		const errors = errorLines(lines).join("\n");
		const has = (regexes: readonly RegExp[]) => regexes.some((regex) => regex.test(errors));
		const failure = rules.find(({ prints, unless }) => has(prints) && !has(unless)) ?? NOTHING_KNOWN;
		const agent = artefact.agents[AGENTS[failure.category] ?? "atlas"];
		return codeRun(incident, AGENTS[failure.category] ?? "atlas", agent, failure, excerptOf(lines));
	};
}

const NOTHING_KNOWN = { type: "general", category: "general", fix: "Find the first error." };

/** What tools find before what only says that something failed, and a failure before those that it explains. */
function rulesOf({ tools }: Artefact): readonly Rule[] {
	return tools
		.flatMap(({ field, kind, failures }) =>
			failures.map((failure) => ({ ...failure, kind: failure.kind ?? kind, field })),
		)
		.sort((one, other) => KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || other.over.length - one.over.length)
		.map(({ type, field, fix, prints, unless }) => ({
			...{ type, category: field, fix },
			...{ prints: prints.map(toRegExp), unless: unless.map(toRegExp) },
		}));
}

const KINDS: readonly Artefact["tools"][number]["kind"][] = ["security", "finding", "network", "runner", "wrapper"];

function toRegExp(printed: string): RegExp {
	const pattern: LogPattern = printedPattern(printed);
	if (pattern.kind !== "regex") return new RegExp(pattern.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
	return new RegExp(pattern.source, `m${pattern.flags.replace("m", "")}`);
}

/** Lines marked as errors, and the 80 before the end of the failed step. */
function errorLines(lines: readonly string[]): string[] {
	const end = lines.findIndex((line) => line.startsWith("##[error]Process completed with exit code"));
	const zone = end === -1 ? lines.slice(-80) : lines.slice(Math.max(0, end - 80), end + 1);
	return [...lines.filter((line) => line.startsWith("##[error]")), ...zone];
}

function excerptOf(lines: readonly string[]): string {
	const end = lines.findIndex((line) => line.startsWith("##[error]Process completed with exit code"));
	return lines.slice(Math.max(0, end - 200), end + 1).join("\n");
}

function codeRun(
	incident: Incident,
	name: string,
	agent: Artefact["agents"][string] | undefined,
	failure: Pick<Rule, "type" | "category" | "fix">,
	excerpt: string,
): object {
	const id = createHash("sha256").update(`${incident.id}.1`).digest("hex").slice(0, 16);
	return {
		metadata: {
			name: `healer-ci-${name}-${id}`,
			namespace: "cto",
			labels: {
				"healer/agent": name,
				"healer/failure-type": failure.type,
				"healer/workflow-run-id": incident.run_id,
				"healer/branch": (incident.branch ?? "").replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 63),
			},
			annotations: { "healer/delivery-id": incident.delivery_id, "healer/branch": incident.branch },
		},
		spec: {
			service: "remediation",
			repositoryUrl: `https://github.com/${incident.repository}`,
			docsRepositoryUrl: `https://github.com/${incident.repository}`,
			workingDirectory: ".",
			githubApp: agent?.github_app,
			model: agent?.model,
			promptModification: `CI failed in ${incident.workflow?.name} on ${incident.branch}: ${failure.type}.\n\n${failure.fix}\n\n${excerpt}`,
			env: { FAILURE_TYPE: failure.type, WORKFLOW_RUN_ID: incident.run_id, TARGET_BRANCH: incident.branch },
		},
	};
}
