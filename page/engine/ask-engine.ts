import type { EngineAnswer, EngineQuestion } from "./messages.ts";

/** The address of `engine-worker.ts`; set when the page is bundled (cli/hub/page-bundle.ts). */
declare const ENGINE_SCRIPT: string;

/** Longer than any build takes on a slow machine, and a limit for expressions that never end. */
const TIMEOUT_MS = 30_000;

/**
 * Asks the pipeline's engine, which runs in a worker of the browser: an edit never leaves it, and one that takes too long is
 * ended. Its script is loaded with the first question.
 */
export function askEngine(question: EngineQuestion): Promise<EngineAnswer> {
	return new Promise((resolve) => {
		const worker = new Worker(ENGINE_SCRIPT, { type: "module" });
		const end = (answer: EngineAnswer) => {
			clearTimeout(timer);
			worker.terminate();
			resolve(answer);
		};
		const timer = setTimeout(
			() => end({ kind: "problem", problem: `There was no answer within ${TIMEOUT_MS / 1000} seconds.` }),
			TIMEOUT_MS,
		);
		worker.onmessage = ({ data }: MessageEvent<EngineAnswer>) => end(data);
		worker.onerror = () => end({ kind: "problem", problem: "The browser could not run the engine. Reload the page." });
		worker.postMessage(question);
	});
}
