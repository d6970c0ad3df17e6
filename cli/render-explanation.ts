import { type Decision, printable, renderIgnored, renderStages } from "../pipeline/index.ts";
import type { Explained } from "./explain.ts";
import type { Output } from "./output.ts";

type Paint = Pick<Output, "paint">;

/** What every stage said, as a tree for people, one line an element. */
export function renderExplained({ pipeline, reading, lifecycle, decision }: Explained, output: Paint): string[] {
	const head = `pipeline ${pipeline.slice(0, 12)}`;
	const read = [...reading.explanation, ...lifecycle.explanation];
	if (reading.outcome !== "incident") {
		const verdict =
			reading.outcome === "command"
				? `COMMAND ${reading.command.name} of ${reading.command.author} on pull request #${reading.command.pr_number}: no incident.`
				: `IGNORED: ${renderIgnored(reading.reason)}.`;
		return [head, ...renderStages(read, output.paint), "", output.paint("yellow", printable(verdict))];
	}
	const stages = [...read, ...(decision?.explanation ?? [])];
	return [
		head,
		`incident ${reading.incident.id} (${printable(reading.identity)})`,
		...renderStages(stages, output.paint),
		"",
		...(decision === undefined ? [] : renderDecision(decision, output)),
	];
}

function renderDecision(decision: Decision, output: Paint): string[] {
	if (decision.outcome === "filtered") {
		return [output.paint("yellow", `FILTERED: the filter ${decision.filter} refuses it, now that more is known.`)];
	}
	const claims = decision.claims.map(({ name, key, ttl_s }) => `  claim     ${name}: ${printable(key)} for ${ttl_s} s`);
	return [
		output.paint("green", `${decision.agent.toUpperCase()} by the rule ${decision.rule}`),
		`  failure   ${decision.failure_type} (${decision.failure_category})`,
		...claims,
		...Object.entries(decision.coderun.metadata.labels).map(([name, value]) => `  label     ${name}=${value}`),
	];
}
