import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { Namespace } from "./namespace.ts";

export interface StandInController {
	/** The most CodeRuns of one agent that were unfinished at once. */
	most(): number;
	/** Names of those that it finished, in that order. */
	readonly finished: readonly string[];
}

/** Works on CodeRuns as the controller does, only faster: each runs for a moment, then succeeds. */
export function startController(namespace: Namespace): StandInController {
	const finished: string[] = [];
	let most = 0;
	let stopped = false;
	const done = (async () => {
		while (!stopped) {
			const unfinished = (await namespace.coderuns()).filter(({ status }) => status?.phase !== "Succeeded");
			const agents = unfinished.map(({ metadata }) => metadata.labels["healer/agent"]);
			for (const agent of agents) most = Math.max(most, agents.filter((other) => other === agent).length);
			for (const { metadata, status } of unfinished) {
				const phase = status?.phase === "Running" ? "Succeeded" : "Running";
				await namespace.setStatus(metadata.name, { phase, finishedAt: new Date().toISOString() });
				if (phase === "Succeeded") finished.push(metadata.name);
			}
			await delay(20);
		}
	})();
	onTestFinished(async () => {
		stopped = true;
		await done;
	});
	return { finished, most: () => most };
}
