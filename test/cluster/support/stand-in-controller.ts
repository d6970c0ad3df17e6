import { setTimeout as delay } from "node:timers/promises";
import { Watch } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import type { AnyCodeRun, Namespace } from "./namespace.ts";

export interface StandInController {
	/** Maximum number of unfinished CodeRuns of one agent at once, by the API server's own history. */
	most(): number;
	/** Names of those that it finished, in order. */
	readonly finished: readonly string[];
}

/** How a CodeRun ends: the status fields that depend on the agent's work. */
export interface CodeRunEnd {
	readonly phase: "Succeeded" | "Failed";
	readonly message?: string;
	readonly pullRequestUrl?: string;
}

/**
 * Processes CodeRuns as the controller does, only faster: each runs for a moment, then ends, with success by default.
 */
export async function startController(
	namespace: Namespace,
	endOf: (coderun: AnyCodeRun) => CodeRunEnd = () => ({ phase: "Succeeded" }),
): Promise<StandInController> {
	const most = await watchUnfinished(namespace);
	const finished: string[] = [];
	let stopped = false;
	const done = (async () => {
		while (!stopped) {
			for (const coderun of (await namespace.coderuns()).filter(isUnfinished)) {
				const { name } = coderun.metadata;
				const now = new Date().toISOString();
				if (coderun.status?.phase === "Running") {
					await namespace.setStatus(name, { ...endOf(coderun), finishedAt: now });
					finished.push(name);
				} else await namespace.setStatus(name, { phase: "Running", startedAt: now });
			}
			await delay(20);
		}
	})();
	onTestFinished(async () => {
		stopped = true;
		await done;
	});
	return { finished, most };
}

/** Between two lists one could end and another start, or both exist at once: only a watch can distinguish that. */
async function watchUnfinished({ name, kubeConfig }: Namespace): Promise<() => number> {
	const unfinished = new Map<string, string | undefined>();
	let most = 0;
	let ended = false;
	const stop = await new Watch(kubeConfig).watch(
		`/apis/agents.platform/v1/namespaces/${name}/coderuns`,
		{},
		(type: string, coderun: AnyCodeRun) => {
			const { metadata } = coderun;
			if (type === "DELETED" || !isUnfinished(coderun)) return void unfinished.delete(metadata.name);
			const agent = metadata.labels["healer/agent"];
			unfinished.set(metadata.name, agent);
			most = Math.max(most, [...unfinished.values()].filter((other) => other === agent).length);
		},
		() => {
			ended = true;
		},
	);
	onTestFinished(() => stop.abort());
	return () => {
		if (ended) throw new Error("the watch ended before the test did");
		return most;
	};
}

function isUnfinished({ status }: AnyCodeRun): boolean {
	return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}
