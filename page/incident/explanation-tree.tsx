import type { Clause, RuleVerdict, StageExplanation, Verdict } from "../../pipeline/explanation.ts";

/**
 * Each stage's outcome, and below it the rules that were evaluated with the values that decided. Of more than four rules,
 * those that did not match or could not be evaluated are folded into one line.
 */
export function ExplanationTree({ stages }: { readonly stages: readonly StageExplanation[] }) {
	if (stages.length === 0) return <p class="empty">Not decided yet.</p>;
	return (
		<ol class="stages">
			{stages.map((stage, index) => (
				<Stage key={`${index} ${stage.stage}`} stage={stage} />
			))}
		</ol>
	);
}

function Stage({ stage: { stage, round, rules, outcome } }: { readonly stage: StageExplanation }) {
	const name = round === "again" && stage === "filters" ? "filters, again" : stage;
	const kind = stage === "context" ? "context" : "rules";
	const isLong = rules.length > 4;
	const shown = isLong ? rules.filter(({ verdict }) => verdict === "true") : rules;
	return (
		<li>
			<h3>
				<span class="stage">{name}</span> {outcome}
			</h3>
			{shown.length > 0 && <Rules rules={shown} opened={DECISIVE[stage]} />}
			{isLong && <Folded rules={rules.filter(({ verdict }) => verdict === "unknown")} {...UNKNOWN[kind]} />}
			{isLong && <Folded rules={rules.filter(({ verdict }) => verdict === "false")} noun="rule" are="not matched" />}
		</li>
	);
}

/** The stage `context` lists parts of the context instead of rules: an unknown one failed or was skipped. */
const UNKNOWN = {
	rules: { noun: "rule", are: "not evaluated (missing data)" },
	context: { noun: "part", are: "not available" },
} as const;

interface FoldedProps {
	readonly rules: readonly RuleVerdict[];
	readonly noun: string;
	readonly are: string;
}

function Folded({ rules, noun, are }: FoldedProps) {
	if (rules.length === 0) return null;
	return (
		<details class="more">
			<summary>
				{rules.length} {rules.length === 1 ? noun : `${noun}s`} {are}
			</summary>
			<Rules rules={rules} />
		</details>
	);
}

/** The verdict that decides in each stage: a filter decides by refusing, a rule by matching. `context` and `spawn` decide nothing. */
const DECISIVE = {
	events: "true",
	filters: "false",
	lifecycle: "true",
	context: undefined,
	classify: "true",
	route: "true",
	rerun: "true",
	autonomy: "true",
	dedup: "true",
	spawn: undefined,
} as const satisfies Record<StageExplanation["stage"], Verdict | undefined>;

function Rules({ rules, opened }: { readonly rules: readonly RuleVerdict[]; readonly opened?: Verdict | undefined }) {
	return (
		<ul class="rules">
			{rules.map((rule, index) => (
				<li key={`${index} ${rule.rule}`}>
					{rule.clause === undefined ? (
						<span class="leaf">
							<VerdictMark verdict={rule.verdict} /> <b>{rule.rule}</b>
						</span>
					) : (
						<details open={rule.verdict === opened}>
							<summary>
								<VerdictMark verdict={rule.verdict} /> <b>{rule.rule}</b>
							</summary>
							<ClauseTree clause={rule.clause} />
						</details>
					)}
				</li>
			))}
		</ul>
	);
}

function ClauseTree({ clause }: { readonly clause: Clause }) {
	const { text, verdict, values = {}, missing = [], error, clauses = [] } = clause;
	return (
		<div class="clause">
			<div class="condition">
				<VerdictMark verdict={verdict} /> <code>{text.replaceAll(/\s+/g, " ").trim()}</code>
			</div>
			{Object.entries(values).map(([path, value]) => (
				<div class="value" key={path}>
					<code>{path}</code> is <code class="data">{shown(value)}</code>
				</div>
			))}
			{missing.length > 0 && (
				<div class="value">
					missing: <code>{missing.join(", ")}</code>
				</div>
			)}
			{error !== undefined && <div class="value error">{error}</div>}
			{clauses.map((part, index) => (
				<ClauseTree key={`${index} ${part.text}`} clause={part} />
			))}
		</div>
	);
}

const SIGNS = { true: "✓", false: "✗", unknown: "?" } as const satisfies Record<Verdict, string>;

function VerdictMark({ verdict }: { readonly verdict: Verdict }) {
	return (
		<span class={`verdict ${verdict}`} title={verdict}>
			<span aria-hidden="true">{SIGNS[verdict]}</span>
			<span class="hidden">{verdict}:</span>
		</span>
	);
}

const LONGEST = 300;

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? "undefined";
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
