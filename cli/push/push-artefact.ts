import type { Artefact } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { askWorker, type WorkerAccess } from "../worker-api.ts";

/** The active version, and the one before it. */
export interface Change {
	readonly version: string;
	readonly before: string;
}

/** What is recorded with a pushed version. */
export interface PushNote {
	readonly author?: string | undefined;
	readonly message?: string | undefined;
}

/** Sends an artefact to a worker, which validates it again and reports its own errors. */
export async function pushArtefact(
	worker: WorkerAccess,
	artefact: Artefact,
	{ author, message }: PushNote = {},
): Promise<Result<Change>> {
	const said = new URLSearchParams({ ...(author && { author }), ...(message && { message }) });
	const path = said.size === 0 ? "/api/pipeline" : `/api/pipeline?${said}`;
	return readPush(worker, await askWorker(worker, path, { method: "PUT", body: JSON.stringify(artefact) }));
}

/** Whether the worker runs exactly this artefact already, with the same comments in its text. False if that is not known. */
export async function isActive(worker: WorkerAccess, { version, source }: Artefact): Promise<boolean> {
	const [state, text] = await Promise.all(
		["/api/pipeline", "/api/pipeline?with=source"].map((path) => askWorker(worker, path)),
	);
	if (!state?.ok || !text?.ok) return false;
	const names = [state.value.body.version, state.value.body.active, text.value.body.version];
	return names.every((name) => name === version) && text.value.body.source === source;
}

/** Reads the answer to a change of the active pipeline. */
export function readPush({ url }: WorkerAccess, answer: Awaited<ReturnType<typeof askWorker>>): Result<Change> {
	if (!answer.ok) return answer;
	const { status, body } = answer.value;
	return status === 200
		? ok({ version: String(body.version), before: String(body.before) })
		: fail(`${url} answered ${status}: ${String(body.error)}.`);
}
