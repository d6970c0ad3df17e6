import type { RuleVerdict } from "../explanation.ts";
import type { Facts, Scope } from "../expression/facts.ts";
import type { Evidence } from "../tools/evidence.ts";
import { failureByCommands, failureByFiles, failureByJob, failureByStep } from "../tools/name-evidence.ts";
import { weighEvidence } from "../tools/weigh-evidence.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { firstTrue } from "./rule-verdicts.ts";

/** What failed, and what says so. */
export interface Classified {
	readonly type: string;
	readonly category: string;
	readonly fix: string;
	/** The rule that holds, in place of evidence. */
	readonly rule?: string;
	readonly evidence?: Evidence;
	readonly verdicts: readonly RuleVerdict[];
}

/** Shown of the evidence that was weighed. */
const MOST_SHOWN = 8;

/** What failed: the first rule under `classify` that holds, else the strongest evidence of the tools, else the last rule. */
export async function classify(pipeline: Pipeline, scope: Scope, facts: Facts): Promise<Classified> {
	const conditions = pipeline.classify.filter(({ condition }) => condition !== undefined);
	const ruled = await firstTrue(conditions, scope);
	if (ruled.found !== undefined) return { ...failureOf(ruled.found), rule: ruled.found.name, verdicts: ruled.verdicts };
	const weighed = weighEvidence(pipeline.tools, facts);
	const [evidence] = weighed;
	const verdicts = [...ruled.verdicts, ...weighed.slice(0, MOST_SHOWN).map(verdictOf)];
	const rest = pipeline.classify.find(({ condition }) => condition === undefined);
	if (evidence !== undefined) {
		const { type, fix } = howItFailed(pipeline, facts, weighed, evidence, rest);
		return { type, category: evidence.field, fix, evidence, verdicts };
	}
	// Loading has verified that the last rule always holds.
	if (rest === undefined) throw new Error("no classify rule holds");
	return { ...failureOf(rest), verdicts: [...verdicts, { rule: rest.name, verdict: "true" }] };
}

type Typed = Pick<Classified, "type" | "fix">;

/** Evidence may name the field only, and a job or workflow is called after more than what failed in it: then other names say how. */
function howItFailed(
	{ tools }: Pipeline,
	facts: Facts,
	weighed: readonly Evidence[],
	evidence: Evidence,
	rest: Typed | undefined,
): Typed {
	const { field, kind } = evidence;
	const isAround = kind === "job_name" || kind === "workflow_name";
	const isVague = evidence.type === rest?.type;
	// A file that the error names says in which language it is, no more.
	const isNamed = isAround || kind === "file";
	if (!isVague && !isNamed) return evidence;
	const step = failureByStep(tools, field, facts);
	const command = kind === "file" || isVague ? failureByCommands(tools, field, facts) : undefined;
	if (!isVague) return step ?? command ?? evidence;
	const known = weighed.find((one) => one.field === field && one.type !== evidence.type);
	const byName = (isAround ? (step ?? known) : (known ?? step)) ?? command ?? failureByJob(tools, field, facts);
	return byName ?? failureByFiles(tools, field, facts) ?? rest ?? evidence;
}

function failureOf({ type, category, fix }: Pick<Classified, "type" | "category" | "fix">) {
	return { type, category, fix };
}

function verdictOf({ kind, type, tool, field, pattern, line, command, name }: Evidence): RuleVerdict {
	const said = line?.text ?? command ?? name;
	return {
		rule: type,
		verdict: "true",
		clause: {
			text: pattern ?? tool ?? field,
			verdict: "true",
			values: { evidence: kind, ...(said !== undefined && { found: said }) },
		},
	};
}
