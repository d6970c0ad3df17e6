/**
 * What may tell what failed, strongest first (docs/tools.md#evidence).
 *
 * A finding is output that a tool prints when it fails; `own` is one of a tool that ran in the failing step, `near` of a tool
 * of the same field. A program ran in that step and printed nothing known; `named` says that the output itself names it as the
 * command that failed. The rest are names and files.
 */
export const EVIDENCE = [
	"security_finding",
	"own_finding",
	"near_finding",
	"finding",
	"network",
	"runner",
	"named_program",
	"wrapper",
	"program",
	"security_name",
	"file",
	"error_text",
	"step_name",
	"wrapping_program",
	"job_name",
	"workflow_name",
	"changed_files",
	"log_text",
] as const;

export type EvidenceKind = (typeof EVIDENCE)[number];

/** Evidence this weak is little to go by: a name, changed files, or a program that only ran others. */
export function isWeak(kind: EvidenceKind): boolean {
	return EVIDENCE.indexOf(kind) > EVIDENCE.indexOf("file");
}

/** Whether it is weaker than the workflow's name. */
export function isBelowJob(kind: EvidenceKind): boolean {
	return EVIDENCE.indexOf(kind) > EVIDENCE.indexOf("job_name");
}
