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

/** Reads the answer to a change of the active pipeline. */
export function readPush({ url }: WorkerAccess, answer: Awaited<ReturnType<typeof askWorker>>): Result<Change> {
	if (!answer.ok) return answer;
	const { status, body } = answer.value;
	return status === 200
		? ok({ version: String(body.version), before: String(body.before) })
		: fail(`${url} answered ${status}: ${String(body.error)}.`);
}
