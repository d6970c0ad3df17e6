import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import type { LocalCluster } from "../../../cli/cluster/local-cluster.ts";
import type { MisbehavingProxy } from "../../support/misbehaving-proxy.ts";
import type { Chance } from "../../support/seeded-chance.ts";
import { mustBeOk } from "./own-cluster.ts";
import type { StormHub } from "./storm-hub.ts";

/** The faults: one of these every other second, and answers are lost all the time. */
const DECK = ["kill", "cut", "kill", "wipe", "kill", "outage"] as const;

type Struck = Readonly<Record<(typeof DECK)[number] | "lost_creates" | "lost_answers" | "lost_requests", number>>;

export interface Faults {
	/** Injects each kind of fault once more, then lets everything recover; returns the count of each. */
	end(): Promise<Struck>;
}

/** Starts at once: relays killed, connections cut, KV emptied, the API server stopped, requests and answers lost. */
export function startFaults(
	chance: Chance,
	{ hub, proxy, cluster }: { hub: StormHub; proxy: MisbehavingProxy; cluster: LocalCluster },
	outage_ms: number,
): Faults {
	const struck = { kill: 0, cut: 0, wipe: 0, outage: 0, lost_creates: 0, lost_answers: 0, lost_requests: 0 };
	const strike = {
		kill: () => hub.replaceRelay(chance.below(2)),
		cut: async () => proxy.cut(),
		wipe: () => hub.wipeKeys(),
		outage: async () => {
			await cluster.stopApiServer();
			await delay(outage_ms);
			mustBeOk(await cluster.startApiServer());
		},
	};
	async function deal(): Promise<void> {
		for (const kind of chance.shuffled(DECK)) {
			await delay(200 + chance.below(1_500));
			await strike[kind]();
			struck[kind]++;
		}
	}
	proxy.misbehave = ({ method, path }) => {
		const drawn = chance.next();
		if (method === "POST" && path.includes("/coderuns") && (struck.lost_creates === 0 || drawn < 0.1)) {
			struck.lost_creates++;
			return { do: "drop_response" };
		}
		if (drawn < 0.02) {
			struck.lost_requests++;
			return { do: "drop_request" };
		}
		if (drawn < 0.05) {
			struck.lost_answers++;
			return { do: "drop_response" };
		}
		return drawn < 0.06 ? { do: "answer", status: 503, body: {} } : undefined;
	};
	let stopped = false;
	onTestFinished(() => {
		stopped = true;
	});
	const striking = (async () => {
		while (!stopped) await deal();
	})();
	return {
		async end() {
			stopped = true;
			await striking;
			await deal();
			proxy.misbehave = () => undefined;
			return struck;
		},
	};
}
