import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Output } from "../output.ts";
import { askWorker, unexpected, type WorkerAccess } from "../worker-api.ts";
import { resolveIncident } from "./resolve-incident.ts";

/** What to do to each incident. */
export interface IncidentAction {
	readonly name: "release" | "retry" | "stop" | "approve";
	readonly body: Readonly<Record<string, string | number>>;
	/** One sentence about what followed. */
	describe(id: string, answered: { readonly status: unknown; readonly attempt: unknown }): string;
}

/**
 * Acts on one incident after the other, and says of each what followed: with `json` one object a line, `{id, status, attempt}`
 * or `{id, error}`. The exit code is the worst of them; a failure does not keep the others from being tried.
 */
export async function actOnIncidents(
	worker: WorkerAccess,
	given: readonly string[],
	action: IncidentAction,
	json: boolean,
	output: Output,
): Promise<ExitCode> {
	let worst: ExitCode = EXIT.ok;
	for (const one of new Set(given)) {
		const done = await act(worker, one, action);
		if (done.ok) {
			const { id, status, attempt } = done;
			output.line(json ? JSON.stringify({ id, status, attempt }) : action.describe(id, done));
			continue;
		}
		if (json) output.line(JSON.stringify({ id: done.id, error: done.problem }));
		else output.problem(done.problem);
		worst = Math.max(worst, done.code) as ExitCode;
	}
	return worst;
}

type Done =
	| { readonly ok: true; readonly id: string; readonly status: unknown; readonly attempt: unknown }
	| { readonly ok: false; readonly id: string; readonly problem: string; readonly code: ExitCode };

async function act(worker: WorkerAccess, given: string, { name, body }: IncidentAction): Promise<Done> {
	const resolved = await resolveIncident(worker, given);
	if (!resolved.ok) return { ok: false, id: given, problem: resolved.problem, code: EXIT.problem };
	const id = resolved.value;
	const refused = (problem: string, code: ExitCode = EXIT.problem) => ({ ok: false, id, problem, code }) as const;
	const answer = await askWorker(worker, `/api/incidents/${id}/${name}`, {
		method: "POST",
		body: JSON.stringify(body),
	});
	if (!answer.ok) return refused(answer.problem);
	const { status, body: answered } = answer.value;
	if (status === 400) return refused(`${answered.error}.`, EXIT.usage);
	if (status === 404 || status === 409) return refused(`${id}: ${answered.error}.`);
	if (status !== 200 || !("attempt" in answered)) return refused(unexpected(worker, answer.value));
	return { ok: true, id, status: answered.status, attempt: answered.attempt };
}
