import { useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { pollNow } from "./poll.ts";

/** A change that somebody made on the page: whether it is being made, and what came of it in words. */
export interface Act {
	readonly isBusy: boolean;
	readonly result: string;
	readonly run: (method: "POST" | "DELETE", path: string, body?: unknown) => Promise<void>;
}

/** Sends changes to the worker, one at a time, and asks for the hub's new state after each. */
export function useAct(): Act {
	const [result, setResult] = useState("");
	const [isBusy, setBusy] = useState(false);
	const run: Act["run"] = async (method, path, body) => {
		setBusy(true);
		const answer = await ask(path, { method, ...(body !== undefined && { body }) });
		setResult(answer.ok ? "Done" : answer.error);
		setBusy(false);
		pollNow();
	};
	return { isBusy, result, run };
}
