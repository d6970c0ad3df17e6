import type { EvidenceKind } from "./evidence-kinds.ts";

/**
 * Why an agent was chosen, as values: `becauseSentence` says it in one sentence. Texts of logs, names and commands come from
 * outside: they are cut, without secrets, and never to be trusted.
 */
export type Because = { readonly agent: string; readonly rule: string } & (
	| {
			/** What says what failed. */
			readonly by: "evidence";
			readonly evidence: EvidenceKind;
			readonly type: string;
			readonly field: string;
			readonly tool?: string;
			/** The failing step's command. */
			readonly command?: string;
			/** The decisive line of the log, and its number. */
			readonly line?: string;
			readonly line_number?: number;
			/** `src/main.rs:12`. */
			readonly place?: string;
			/** The name that says it, where no output does. */
			readonly name?: string;
			/** Nobody takes the field: it fell to the default agent. */
			readonly untaken?: true;
	  }
	/** A rule of the pipeline holds: under `classify`, which says what failed, or under `route`. */
	| { readonly by: "classify_rule"; readonly type: string }
	| { readonly by: "route_rule" }
	/** A column of the routing table, because nothing says what failed. */
	| { readonly by: "workflow" | "files"; readonly found: string }
	/** A person named the agent, or the agent before did, or the attempts before did not fix it. */
	| { readonly by: "named" | "hand_over" | "escalation" }
	| { readonly by: "default" }
);

const LITTLE = "; there is little else to go by";

/** `rex, because the failing step "cargo clippy" printed "error: ..." (src/main.rs:12)`, with backquotes. */
export function becauseSentence(because: Because): string {
	return `${because.agent}, ${reasonOf(because)}`;
}

function reasonOf(because: Because): string {
	switch (because.by) {
		case "evidence":
			return `because ${evidenceText(because)}${because.untaken ? `, and no agent takes ${because.field}` : ""}`;
		case "classify_rule":
			return `because the failure is ${because.type}`;
		case "route_rule":
			return `because the rule ${because.rule} holds`;
		case "workflow":
			return `because the workflow's name is like ${quoted(because.found)}${LITTLE}`;
		case "files":
			return `because of ${because.found} changed files${LITTLE}`;
		case "named":
			return "because a person asked for it";
		case "hand_over":
			return "because the agent before named it";
		case "escalation":
			return "because the attempts before did not fix it";
		case "default":
			return "by default: nothing says what failed";
		default:
			return because satisfies never;
	}
}

function evidenceText({ evidence, command, line, place, name }: Because & { readonly by: "evidence" }): string {
	const at = place === undefined ? "" : ` (${place})`;
	switch (evidence) {
		case "security_finding":
		case "own_finding":
		case "near_finding":
		case "finding":
		case "network":
		case "runner":
		case "wrapper": {
			const step = command === undefined ? "the failing step" : `the failing step ${quoted(command)}`;
			return line === undefined ? `of what ${step} printed` : `${step} printed ${quoted(line)}${at}`;
		}
		case "named_program":
			return `its output says that ${quoted(command ?? "")} failed`;
		case "program":
			return `the failing step ran ${quoted(command ?? "")}`;
		case "wrapping_program":
			return `the failing step ran ${quoted(command ?? "")}${LITTLE}`;
		case "file":
			return `an error names ${place ?? quoted(line ?? "")}`;
		default:
			return `${NAMES[evidence]} ${quoted(name ?? "")}${LITTLE}`;
	}
}

const NAMES = {
	security_name: "a step or job is called",
	error_text: "an error says",
	step_name: "the failing step is called",
	job_name: "the job is called",
	workflow_name: "the workflow is called",
	changed_files: "it changes",
	log_text: "the log ends with",
} as const satisfies Partial<Record<EvidenceKind, string>>;

const LONGEST_QUOTE = 160;

function quoted(text: string): string {
	const line = text.replace(/\s+/g, " ").replaceAll("`", "'").trim();
	return `\`${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE - 1)}…` : line}\``;
}
