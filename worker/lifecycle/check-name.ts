/** What says which check something is about. */
interface CheckRef {
	readonly workflow?: { readonly name?: string; readonly path?: string };
	readonly app?: string;
	readonly job?: string;
}

/**
 * Which check it is, however often it runs: a workflow by its name (jobs tell no path), the checks of an App by the App, a
 * commit status by its context alone. The checks of GitHub Actions are jobs of a workflow that they do not name.
 */
export function checkName({ workflow, app, job }: CheckRef): string | undefined {
	const name = workflow?.name ?? workflow?.path;
	if (name !== undefined) return `workflow:${name}`;
	if (app !== undefined) return `app:${app}`;
	return job === undefined ? undefined : "status";
}

/** A workflow's runs speak for all its jobs. */
export function isWorkflow(check_name: string): boolean {
	return check_name.startsWith("workflow:");
}
