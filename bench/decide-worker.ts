import { type Artefact, admitArtefact, loadPipeline, type Pipeline } from "../pipeline/index.ts";
import { chunksOf, INCIDENT, readAndDecide } from "./decision.ts";
import { handwrittenDecider } from "./handwritten.ts";
import { ordinaryLog } from "./ordinary-log.ts";

/**
 * Takes a pipeline by PUT and repeats one operation `rounds` times per request. The client measures, because a worker's
 * clock stands still while it computes.
 */
let loaded: { artefact: Artefact; pipeline: Pipeline; manual: ReturnType<typeof handwrittenDecider> } | undefined;
const logs = new Map<number, { readonly text: string; readonly chunks: readonly string[] }>();

export default {
	async fetch(request: Request): Promise<Response> {
		const { pathname, searchParams } = new URL(request.url);
		if (request.method === "PUT") {
			const artefact: Artefact = await request.json();
			loaded = { artefact, pipeline: loadPipeline(artefact), manual: handwrittenDecider(artefact) };
			return new Response("done");
		}
		if (loaded === undefined) return new Response("The pipeline is put first.");
		const { artefact, pipeline, manual } = loaded;
		const rounds = Number(searchParams.get("rounds") ?? 0);
		const { text, chunks } = logOf(Number(searchParams.get("size") ?? 0));
		for (let round = 0; round < rounds; round++) {
			if (pathname === "/decide") await readAndDecide(pipeline, artefact, chunks);
			else if (pathname === "/by-hand") manual(INCIDENT, text);
			else if (pathname === "/compile" && !admitArtefact(artefact).ok) throw new Error("the artefact does not compile");
		}
		return new Response("done");
	},
};

function logOf(size: number): { readonly text: string; readonly chunks: readonly string[] } {
	const known = logs.get(size);
	if (known !== undefined) return known;
	const text = ordinaryLog(size);
	const made = { text, chunks: chunksOf(text) };
	logs.set(size, made);
	return made;
}
