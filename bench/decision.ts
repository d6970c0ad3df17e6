import {
	type Artefact,
	type Context,
	createLogReader,
	decide,
	type Incident,
	type Pipeline,
} from "../pipeline/index.ts";

/** The measured work: reading a log in chunks, and deciding about one incident with it. Runs in Node and in workerd. */
export function read(pipeline: Pipeline, chunks: readonly string[]) {
	const reader = createLogReader(pipeline.logSearch);
	for (const chunk of chunks) reader.write(chunk);
	return reader.end();
}

export async function readAndDecide(pipeline: Pipeline, artefact: Artefact, chunks: readonly string[]) {
	const data = { reading: read(pipeline, chunks), jobs: [{ name: "lint", failed_steps: ["Check"] }] };
	const context: Context = Object.fromEntries(
		artefact.context.map(({ name, from }) =>
			from === "github.job_logs"
				? [name, { from, took_ms: 0, status: "ok", data } as const]
				: [name, { from, took_ms: 0, status: "skipped", why: "not configured" } as const],
		),
	);
	return decide(pipeline, { incident: INCIDENT, context, attempt: 1 });
}

/** The chunk size of a response's body. */
const CHUNK = 64 * 1024;

/** Separate texts, as a decoder returns them: views into one text are slower to read. */
export function chunksOf(log: string): string[] {
	const chunks: string[] = [];
	for (let at = 0; at < log.length; at += CHUNK) {
		chunks.push(new TextDecoder().decode(new TextEncoder().encode(log.slice(at, at + CHUNK))));
	}
	return chunks;
}

export const INCIDENT: Incident = {
	id: "00112233445566778899aabbccddeeff",
	kind: "ci",
	event: "workflow_job",
	delivery_id: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
	repository: "5dlabs/cto",
	default_branch: "main",
	branch: "feature/claims",
	head_sha: "8f3b0b1e0a3c4d5e6f708192a3b4c5d6e7f80910",
	run_id: "17000000001",
	run_attempt: 1,
	workflow: { name: "Controller CI" },
	job: "lint",
	failed_steps: ["Check"],
	conclusion: "failure",
	url: "https://github.com/5dlabs/cto/actions/runs/17000000001/job/1",
};
