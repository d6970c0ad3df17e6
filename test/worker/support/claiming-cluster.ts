import type { SpawnRequest } from "../../../wire/spawn.ts";
import type { SpawnAnswer } from "../../../worker/relay/send-spawn.ts";
import { reconcile } from "../../../worker/remediation/reconcile.ts";
import { takeOutcome, wakeBlocked } from "../../../worker/remediation/record-outcome.ts";
import type { Stub } from "./stub-effects.ts";

export interface MadeCodeRun extends SpawnRequest {
	readonly made_at: number;
	finished: boolean;
}

export interface ClaimingCluster {
	/** In the order in which they were made. */
	readonly made: MadeCodeRun[];
	/** The most that were unfinished at once. */
	most: number;
	/** The incident that the cluster keeps a claim for, if any. */
	holderOf(key: string): string | undefined;
	/** What the relay answers to a request. */
	spawn(body: string): SpawnAnswer;
}

/**
 * A cluster whose claims are held as docs/storage.md says: by their incident, while its CodeRun is unfinished, and for their
 * ttl at least. It counts the unfinished CodeRuns of an agent against `max_active`.
 */
export function claimingCluster(stub: Stub): ClaimingCluster {
	const last = (key: string) => cluster.made.findLast(({ claims }) => claims.some((claim) => claim.key === key));
	const cluster: ClaimingCluster = {
		made: [],
		most: 0,
		holderOf(key) {
			const holder = last(key);
			const ttl_s = holder?.claims.find((claim) => claim.key === key)?.ttl_s ?? 0;
			const isHeld = holder && (!holder.finished || stub.clock < holder.made_at + ttl_s * 1000 + 10_000);
			return isHeld ? holder.incident_id : undefined;
		},
		spawn(body) {
			const request: SpawnRequest = JSON.parse(body);
			const { incident_id, agent, max_active } = request;
			const coderun_name = request.coderun.metadata.name;
			const before = cluster.made.find((one) => one.coderun.metadata.name === coderun_name);
			if (before !== undefined) return { ok: true, result: { result: "exists", coderun_name } };
			for (const { name, key, ttl_s } of request.claims) {
				const by = cluster.holderOf(key);
				if (by === undefined || by === incident_id) continue;
				const holder = last(key);
				if (holder === undefined) throw new Error("a claim is held by nobody");
				const end = holder.made_at + ttl_s * 1000 + 10_000;
				const until = stub.clock < end ? new Date(end).toISOString() : null;
				const held = { claim: name, by, until, coderun_name: holder.coderun.metadata.name };
				return { ok: true, result: { result: "held", ...held } };
			}
			const active = cluster.made.filter((one) => one.agent === agent && !one.finished).length;
			if (max_active > 0 && active >= max_active) return { ok: true, result: { result: "busy", agent, active } };
			cluster.made.push({ ...request, made_at: stub.clock, finished: false });
			cluster.most = Math.max(cluster.most, cluster.made.filter(({ finished }) => !finished).length);
			return { ok: true, result: { result: "created", coderun_name } };
		},
	};
	stub.relay = (_id, body) => cluster.spawn(body);
	return cluster;
}

/** A CodeRun ends, and the relay reports it; where it never answered the request, the report is the first that is heard. */
export async function endCodeRun(stub: Stub, made: MadeCodeRun | undefined, phase = "Succeeded"): Promise<void> {
	if (made === undefined) throw new Error("there is no such CodeRun");
	made.finished = true;
	const { incident_id, attempt } = made;
	const outcome = {
		coderun_name: made.coderun.metadata.name,
		incident_id,
		attempt,
		phase,
		pull_request_url: null,
		message: null,
		started_at: null,
		finished_at: null,
	};
	const taken = await takeOutcome(stub, outcome, JSON.stringify(outcome));
	if (taken.status !== "recorded") throw new Error(`its outcome is ${taken.status}`);
	await reconcile(stub, incident_id);
	await wakeBlocked(stub, taken.attempt);
}
