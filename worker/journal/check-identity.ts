/** What is known of a check: of a workflow by its file, its name or one of its runs; of an App's check; of a commit status. */
export type CheckIdentity =
	| { readonly kind: "workflow"; readonly path?: string; readonly name?: string; readonly run_id?: string }
	| { readonly kind: "app"; readonly app: string; readonly run_id?: string }
	/** Its context is the job. */
	| { readonly kind: "status" };

/** The fields of an incident or a signal that identify its check. */
export interface CheckRef {
	readonly workflow?: { readonly name?: string; readonly path?: string };
	readonly app?: string;
	readonly job?: string;
	readonly run_id?: string;
}

/** The check of an incident or a signal. Checks of GitHub Actions are jobs that do not name their workflow. */
export function checkOf({ workflow, app, job, run_id }: CheckRef): CheckIdentity | undefined {
	const run = run_id !== undefined && { run_id };
	const ofActions = app === ACTIONS && run;
	if (workflow?.name !== undefined || workflow?.path !== undefined) return { kind: "workflow", ...workflow, ...run };
	if (app !== undefined) return { kind: "app", app, ...ofActions };
	return job === undefined ? undefined : { kind: "status" };
}

/** The columns of a row of `checks` that identify its check. */
interface CheckColumns {
	readonly check_name: string;
	readonly workflow_name: string | null;
	readonly run_id: string | null;
}

const FILE = "workflow-file:";
const NAME = "workflow:";
const APP = "app:";
/** The App of GitHub Actions. Its check runs are jobs: only they name a run. */
export const ACTIONS = "github-actions";

/**
 * The check as `checks.check_name`. The file is the same in each run of a workflow, its name may be the run's; jobs name no
 * file. So a workflow's runs and its jobs have rows of their own, and `checkMatcher` finds both.
 */
export function checkName(check: CheckIdentity): string {
	if (check.kind === "app") return `${APP}${check.app}`;
	if (check.kind === "status") return "status";
	return check.path === undefined ? `${NAME}${check.name}` : `${FILE}${check.path}`;
}

/** The check that a row of `checks` is a result of. */
export function checkOfRow({ check_name, workflow_name, run_id }: CheckColumns): CheckIdentity {
	const run = run_id !== null && { run_id };
	const app = check_name.startsWith(APP) ? check_name.slice(APP.length) : undefined;
	if (app !== undefined) return { kind: "app", app, ...(app === ACTIONS && run) };
	if (check_name.startsWith(NAME)) return { kind: "workflow", name: check_name.slice(NAME.length), ...run };
	if (!check_name.startsWith(FILE)) return { kind: "status" };
	const named = workflow_name !== null && { name: workflow_name };
	return { kind: "workflow", path: check_name.slice(FILE.length), ...named, ...run };
}

/**
 * Answers whether two checks are the same, by what `known` ones show: which file a run and a name belong to. A run decides,
 * then the file; a name only where a file is not known. A name that two files have decides nothing about either file.
 */
export function checkMatcher(known: readonly CheckIdentity[]): (one: CheckIdentity, other: CheckIdentity) => boolean {
	const byRun = new Map<string, string>();
	const byName = new Map<string, Set<string>>();
	for (const check of known) {
		if (check.kind !== "workflow" || check.path === undefined) continue;
		if (check.run_id !== undefined) byRun.set(check.run_id, check.path);
		if (check.name === undefined) continue;
		byName.set(check.name, (byName.get(check.name) ?? new Set()).add(check.path));
	}
	const pathOf = ({ path, run_id, name }: CheckIdentity & { readonly kind: "workflow" }): string | undefined => {
		const ofName = [...(byName.get(name ?? "") ?? [])];
		return path ?? byRun.get(run_id ?? "") ?? (ofName.length === 1 ? ofName[0] : undefined);
	};
	return (one, other) => {
		if (isOfSameRun(one, other)) return true;
		if (one.kind === "app") return other.kind === "app" && one.app === other.app;
		if (one.kind === "status" || other.kind !== "workflow") return one.kind === other.kind;
		const [path, otherPath] = [pathOf(one), pathOf(other)];
		if (path !== undefined && otherPath !== undefined) return path === otherPath;
		const isAmbiguous = path !== otherPath && (byName.get(one.name ?? "")?.size ?? 0) > 1;
		return one.name !== undefined && one.name === other.name && !isAmbiguous;
	};
}

function isOfSameRun(one: CheckIdentity, other: CheckIdentity): boolean {
	return "run_id" in one && "run_id" in other && one.run_id !== undefined && one.run_id === other.run_id;
}
