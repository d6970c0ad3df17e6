import type { Context } from "../context.ts";
import { dataFrom } from "../context-data.ts";
import type { RuleVerdict, StageExplanation } from "../explanation.ts";
import type { Facts, Scope } from "../expression/facts.ts";
import { FUNCTIONS } from "../expression/functions.ts";
import type { Fingerprint } from "../fingerprint.ts";
import type { Incident } from "../incident.ts";
import { isDeterministic, type RerunFacts, type RerunRequest } from "../rerun.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { firstTrue } from "./rule-verdicts.ts";

/** What the rules under `rerun` are asked about. */
export interface RerunQuestion {
	readonly incident: Incident;
	readonly context: Context;
	readonly failure: { readonly type: string; readonly category: string };
	readonly fingerprint: Fingerprint | null;
	readonly facts: Facts;
	/** The scope of `route`, with these facts. */
	readonly scope: (facts: Facts) => Scope;
	readonly reruns: RerunFacts;
	/** Whether an agent was called, or is named by a person or another agent. */
	readonly isTaken: boolean;
}

export interface JudgedRerun {
	readonly request?: RerunRequest;
	readonly explanation: StageExplanation;
}

/**
 * Whether the failed jobs are run again before an agent is woken: the first rule that holds, unless something is against it.
 * Unknown is not yes. Undefined where the pipeline has no such rules, and for what is no failure of CI.
 */
export async function judgeRerun({ rerun }: Pipeline, asked: RerunQuestion): Promise<JudgedRerun | undefined> {
	if (rerun.length === 0 || asked.incident.kind !== "ci") return undefined;
	const run_attempt = attemptOfRun(asked);
	const against =
		whyNot(asked) ?? (run_attempt === undefined ? "nobody says which attempt of its run failed" : undefined);
	if (against !== undefined || run_attempt === undefined) return explained([], `not rerun: ${against}`);
	const { found, verdicts } = await firstTrue(rerun, asked.scope(withFlaky(asked)));
	if (found === undefined) return explained(verdicts, "not rerun: no rule holds");
	const workflow = FUNCTIONS.workflow?.call(asked.facts, [found.never]);
	if (workflow === undefined) return explained(verdicts, "not rerun: nobody names its workflow");
	if (workflow === true) return explained(verdicts, "not rerun: its workflow is one of `never`");
	if (run_attempt > found.attempts) {
		return explained(
			verdicts,
			`not rerun: attempt ${run_attempt} of its run failed; \`attempts\` is ${found.attempts}`,
		);
	}
	const request = { rule: found.name, run_attempt, deadline_s: found.deadline_s };
	return { ...explained(verdicts, `the failed jobs are run again first, by ${found.name}`), request };
}

function explained(rules: readonly RuleVerdict[], outcome: string): JudgedRerun {
	return { explanation: { stage: "rerun", round: "again", rules, outcome } };
}

/** A person may have run it again since it was reported. */
function attemptOfRun({ incident, context }: RerunQuestion): number | undefined {
	const known = [incident.run_attempt, dataFrom(context, "github.run")?.attempt].filter((one) => one !== undefined);
	return known.length === 0 ? undefined : Math.max(...known);
}

function whyNot({ incident, failure, reruns, isTaken }: RerunQuestion): string | undefined {
	if (isTaken || incident.command !== undefined) return "an agent has it already";
	if (incident.run_id === undefined) return "it is no run of GitHub Actions";
	if (incident.part !== undefined) return "its run fails in several fields";
	if (isDeterministic(failure)) return `${failure.type} fails again on the same code`;
	const last = reruns.earlier.at(-1);
	if (last !== undefined && last.result !== "failed") return last.why ?? "GitHub was asked before";
	return reruns.unable;
}

function withFlaky({ facts, fingerprint, reruns }: RerunQuestion): Facts {
	return fingerprint === null ? facts : { ...facts, flaky: reruns.flakes.includes(fingerprint.key) };
}
