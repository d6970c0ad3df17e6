import { everyEdgeSource } from "../worker/context/source.ts";
import { createEffects } from "../worker/create-effects.ts";
import { processIncident } from "../worker/dispatch/process-incident.ts";
import type { Effects } from "../worker/effects.ts";
import type { Env } from "../worker/env.ts";
import { acceptDelivery } from "../worker/ingest/accept-delivery.ts";
import { sizeOf } from "../worker/journal/measure.ts";
import { createLog } from "../worker/log.ts";
import { countedJournal } from "../worker/runtime/budget.ts";
import type { JournalRun, JournalWork } from "./journal-messages.ts";

// After the settle time.
const LATER_MS = 60_000;

/** Brings new failures from their deliveries to their CodeRuns, on a real D1, with a relay that creates each. */
export default {
	async fetch(request: Request, { JOURNAL }: Pick<Env, "JOURNAL">): Promise<Response> {
		const { deliveries, log }: JournalWork = await request.json();
		let calls = 0;
		const journal = countedJournal(JOURNAL, { spend: ({ subrequests }) => (calls += subrequests) });
		const effects = (n: number) => effectsOn(journal, causedBy(log, n));
		const taking: number[] = [];
		const sending: number[] = [];
		const [first, ...rest] = deliveries;
		// The first one makes the repository known, and pays for the tables' first pages.
		if (first !== undefined) await bring(effects(0), first);
		const before = await sizeOf(JOURNAL);
		for (const [n, delivery] of rest.entries()) {
			calls = 0;
			const incident_id = await take(effects(n + 1), delivery);
			taking.push(calls);
			calls = 0;
			await send(effects(n + 1), incident_id);
			sending.push(calls);
		}
		const bytes = ((await sizeOf(JOURNAL)) - before) / rest.length;
		return Response.json({ bytes, taking, sending } satisfies JournalRun);
	},
};

/** The log with a cause of its own, as long as before: failures with one cause would be one group, and get one CodeRun. */
function causedBy(log: string, n: number): string {
	const letters = [...String(n).padStart(4, "0")].map((digit) => String.fromCharCode(97 + Number(digit)));
	return log.replaceAll("src/main.rs", `src/${letters.join("")}.rs`);
}

type Delivery = JournalWork["deliveries"][number];

async function bring(effects: Effects, delivery: Delivery): Promise<void> {
	await send(effects, await take(effects, delivery));
}

async function take(effects: Effects, delivery: Delivery): Promise<string> {
	const taken = await acceptDelivery(effects, delivery, "github", effects.log);
	if (taken.status !== "accepted") throw new Error(`a delivery was ${taken.status}`);
	return taken.incident_id;
}

async function send(effects: Effects, id: string): Promise<void> {
	const now = effects.now() + LATER_MS;
	const { state } = await processIncident({ ...effects, now: () => now }, id);
	if (state !== "running") throw new Error(`an incident is ${state}`);
}

function effectsOn(journal: D1Database, log: string): Effects {
	const nothing = async () => undefined;
	const kv = { get: async () => null, put: nothing, delete: nothing } as unknown as KVNamespace;
	const queue = { send: nothing, sendBatch: nothing } as unknown as Queue<never>;
	const quiet = createLog({}, () => undefined);
	const effects = createEffects({ JOURNAL: journal, DEDUP: kv, WAKEUPS: queue } as unknown as Env, quiet);
	return {
		...effects,
		journal,
		sources: ({ newLogReader }) => {
			const reader = newLogReader();
			reader.write(log);
			const reading = reader.end();
			const skipped = async () => ({ status: "skipped", why: "not asked" }) as const;
			const jobs = [{ name: "test", failed_steps: ["cargo clippy"], log: "whole" }];
			const logs = async () => ({ status: "ok", data: { reading, jobs } }) as const;
			return {
				edge: { ...everyEdgeSource(skipped), "github.job_logs": logs },
				cluster: async (requests) => requests.map(() => ({ status: "empty", took_ms: 0 })),
			};
		},
		sendSpawn: async (_id, body) => {
			const { name } = JSON.parse(body).coderun.metadata;
			return { ok: true, result: { result: "created", coderun_name: name } };
		},
	};
}
