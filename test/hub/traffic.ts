import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseEnv } from "node:util";
import { workflowJob } from "./failing-run.ts";
import type { Home } from "./hub-process.ts";

/** Clients that deliver one failure after another, whether or not anything listens. */
export interface Traffic {
	/** Number of deliveries by status; those without an answer are not counted. */
	readonly statuses: Readonly<Record<number, number>>;
	stop(): Promise<void>;
}

/** Pause between a client's deliveries: the machine must have time left for the code under test. */
const PAUSE_MS = 50;

export function startTraffic(home: Home, clients = 24): Traffic {
	const secret = parseEnv(readFileSync(path.join(home.stateDir, "secrets.env"), "utf8")).GITHUB_WEBHOOK_SECRET ?? "";
	const statuses: Record<number, number> = {};
	const end = new AbortController();
	let runId = Date.now();
	async function deliverOnce(client: number): Promise<void> {
		const id = runId++;
		const body = JSON.stringify(workflowJob({ runId: id, branch: `traffic/${client}` }));
		const signature = createHmac("sha256", secret).update(body).digest("hex");
		const response = await fetch(`${home.url}/webhooks/github`, {
			method: "POST",
			body,
			headers: {
				"content-type": "application/json",
				"x-github-event": "workflow_job",
				"x-github-delivery": randomUUID(),
				"x-hub-signature-256": `sha256=${signature}`,
			},
			signal: AbortSignal.any([end.signal, AbortSignal.timeout(10_000)]),
		});
		await response.arrayBuffer();
		statuses[response.status] = (statuses[response.status] ?? 0) + 1;
	}
	async function run(client: number): Promise<void> {
		while (!end.signal.aborted) {
			await deliverOnce(client).catch(() => undefined);
			await sleep(PAUSE_MS);
		}
	}
	const running = Promise.all(Array.from({ length: clients }, (_, client) => run(client)));
	return {
		statuses,
		stop: async () => {
			end.abort();
			await running;
		},
	};
}
