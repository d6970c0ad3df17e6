import * as z from "zod";
import type { Artefact } from "../../pipeline/index.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { askWorker, type WorkerAccess } from "../worker-api.ts";

const exported = z.object({
	artefact: z.custom<Artefact>((value) => typeof value === "object" && value !== null && "version" in value),
});

/** The artefact that a worker decides by now. */
export async function activePipeline(worker: WorkerAccess): Promise<Result<Artefact>> {
	const answer = await askWorker(worker, "/api/export?with=pipeline");
	if (!answer.ok) return answer;
	const read = exported.safeParse(answer.value.body);
	return read.success
		? ok(read.data.artefact)
		: fail(`${worker.url} does not export its pipeline. Is it an older version of Healer?`);
}
