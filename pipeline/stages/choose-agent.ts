import { isBelowJob } from "../evidence-kinds.ts";
import type { RuleVerdict } from "../explanation.ts";
import type { Facts, Scope } from "../expression/facts.ts";
import { FUNCTIONS } from "../expression/functions.ts";
import { matchesGlob } from "../expression/glob.ts";
import type { Classified } from "./classify.ts";
import type { Pipeline } from "./load-pipeline.ts";
import { firstTrue, judgeRule } from "./rule-verdicts.ts";

type Rule = Pipeline["route"][number];

export interface Routed {
	readonly found: Rule | undefined;
	/** The column of the table that chose it, and what was found there. */
	readonly column?: { readonly by: "evidence" | "workflow" | "files"; readonly found: string };
	readonly verdicts: readonly RuleVerdict[];
}

/**
 * Who fixes it: the rules above the table in order; then the table, column by column of falling weight (what failed, the
 * workflow's name, changed files), the first row that has it; then the rules below.
 */
export async function chooseAgent(
	{ route }: Pipeline,
	scope: Scope,
	{ facts, failure }: { readonly facts: Facts; readonly failure: Classified },
): Promise<Routed> {
	const first = route.findIndex(isRow);
	const above = first === -1 ? route : route.slice(0, first);
	const ruled = await firstTrue(above, scope);
	if (ruled.found !== undefined) return ruled;
	const rows = await openRows(route.filter(isRow), scope);
	const row = chosenRow(rows.open, facts, failure);
	const verdicts = [...ruled.verdicts, ...rows.refused, ...rows.open.map((one) => rowVerdict(one, row))];
	// An expression may give no agent: then the rules below decide.
	const found = row?.rule.resolve === undefined ? row?.rule : (await row.rule.resolve(scope)).rule;
	if (row !== undefined && found !== undefined) return { found, column: row.column, verdicts };
	const rest = await firstTrue(
		route.slice(above.length).filter((rule) => !isRow(rule)),
		scope,
	);
	return { found: rest.found, verdicts: [...verdicts, ...rest.verdicts] };
}

function isRow({ evidence, workflows, files }: Rule): boolean {
	return evidence !== undefined || workflows !== undefined || files !== undefined;
}

/** Rows whose own condition holds, and the verdicts on the others'. */
async function openRows(rows: readonly Rule[], scope: Scope) {
	const open: Rule[] = [];
	const refused: RuleVerdict[] = [];
	for (const row of rows) {
		const verdict = await judgeRule(row.name, row.condition, scope);
		if (verdict.verdict === "true") open.push(row);
		else refused.push(verdict);
	}
	return { open, refused };
}

interface ChosenRow {
	readonly rule: Rule;
	readonly column: NonNullable<Routed["column"]>;
}

function chosenRow(rows: readonly Rule[], facts: Facts, { category, evidence }: Classified): ChosenRow | undefined {
	const isWeakest = evidence !== undefined && isBelowJob(evidence.kind);
	const byField = () => byEvidence(rows, category);
	const isKnown = evidence === undefined ? category !== "general" : !isWeakest;
	// A field that has no row is somebody else's, whatever the workflow is called.
	if (isKnown) return byField();
	const workflow = byWorkflow(rows, facts);
	if (workflow !== undefined && hasFixedBeginning(workflow.column.found)) return workflow;
	// `python-ci` is about Python, whatever `*-ci` is for.
	if (evidence?.kind === "workflow_name") return byField();
	return workflow ?? byFiles(rows, facts) ?? byField();
}

function byEvidence(rows: readonly Rule[], field: string): ChosenRow | undefined {
	const rule = rows.find(({ evidence }) => evidence === field);
	return rule && { rule, column: { by: "evidence", found: field } };
}

/** The most specific glob that matches: one with a fixed beginning, then the longest. */
function byWorkflow(rows: readonly Rule[], facts: Facts): ChosenRow | undefined {
	const matching = rows.flatMap((rule) =>
		(rule.workflows ?? [])
			.filter((glob) => FUNCTIONS.workflow?.call(facts, [glob]) === true)
			.map((glob) => ({ rule, glob })),
	);
	const most = mostSpecific(matching);
	return most && { rule: most.rule, column: { by: "workflow", found: most.glob } };
}

function mostSpecific<T extends { readonly glob: string }>(matching: readonly T[]): T | undefined {
	return matching.toSorted((one, other) => specificity(other.glob) - specificity(one.glob))[0];
}

const FIXED_BEGINNING = 1000;

function specificity(glob: string): number {
	return (hasFixedBeginning(glob) ? FIXED_BEGINNING : 0) + glob.replace(/[*?]/g, "").length;
}

function hasFixedBeginning(glob: string): boolean {
	return !/^[*?]/.test(glob);
}

/** Each file belongs to the row with the most specific glob for it; the row with the most files wins, the first among equals. */
function byFiles(rows: readonly Rule[], { changed_files: paths = [] }: Facts): ChosenRow | undefined {
	const owners = paths.map((path) => mostSpecific(globsFor(rows, path))?.rule);
	const counted = rows.map((rule) => ({ rule, count: owners.filter((owner) => owner === rule).length }));
	const [most] = counted.toSorted((one, other) => other.count - one.count);
	if (most === undefined || most.count === 0) return undefined;
	return { rule: most.rule, column: { by: "files", found: `${most.count} of ${paths.length}` } };
}

function globsFor(rows: readonly Rule[], path: string) {
	return rows.flatMap((rule) =>
		(rule.files ?? []).filter((glob) => matchesGlob(path, [glob])).map((glob) => ({ rule, glob })),
	);
}

function rowVerdict(rule: Rule, chosen: ChosenRow | undefined): RuleVerdict {
	const isChosen = chosen?.rule === rule;
	const columns = [rule.evidence, ...(rule.workflows ?? []), ...(rule.files ?? [])].filter(
		(text) => text !== undefined,
	);
	const verdict = isChosen ? "true" : "false";
	const text = isChosen ? `${chosen.column.by}: ${chosen.column.found}` : columns.join(", ");
	return { rule: rule.name, verdict, clause: { text, verdict } };
}
