import { createHash } from "node:crypto";
import { inspectExpression } from "../pipeline/build/checks/inspect-expression.ts";
import type { Artefact, Incident } from "../pipeline/index.ts";
import type { LogPattern } from "../pipeline/log/log-pattern.ts";

/**
 * One `if` of the hand-written function: these expressions, in the error lines or in the whole log, mean this failure.
 */
interface Rule {
	readonly type: string;
	readonly category: string;
	readonly fix: string;
	readonly inErrors: readonly RegExp[];
	readonly anywhere: readonly RegExp[];
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
	const rules = artefact.classify.map(ruleOf).filter((rule) => rule.inErrors.length + rule.anywhere.length > 0);
	return (incident, log) => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are control characters.
		const text = log.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").replace(/^\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z /gm, "");
		const lines = text.split("\n");
		const errors = errorLines(lines).join("\n");
		const holds = (rule: Rule) =>
			rule.inErrors.some((regex) => regex.test(errors)) || rule.anywhere.some((regex) => regex.test(text));
		const failure = rules.find(holds) ?? { type: "general", category: "general", fix: "Find the first error." };
		const agent = artefact.agents[AGENTS[failure.category] ?? "atlas"];
		return codeRun(incident, AGENTS[failure.category] ?? "atlas", agent, failure, excerptOf(lines));
	};
}

function ruleOf({ type, category, fix, when }: Artefact["classify"][number]): Rule {
	const inspected = inspectExpression(when ?? "true");
	const found = inspected.ok ? inspected.inspection : { logPatterns: [], functions: [] };
	const regexes = found.logPatterns.flatMap(({ pattern }) => toRegExp(pattern));
	const anywhere = found.functions.some(({ name }) => name === "log");
	return { type, category, fix, inErrors: anywhere ? [] : regexes, anywhere: anywhere ? regexes : [] };
}

function toRegExp(pattern: LogPattern): RegExp[] {
	if (pattern.kind !== "regex") return [new RegExp(pattern.text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i")];
	return [new RegExp(pattern.source, `m${pattern.flags.replace("m", "")}`)];
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
