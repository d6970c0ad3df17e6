import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SpawnAnswer } from "../../../../relay/claims/spawn-call.ts";
import { systemClock } from "../../../../relay/clock.ts";
import { directoryCluster } from "../../../../relay/cluster/directory/directory-cluster.ts";
import { spawn } from "../../../../relay/spawn/spawn.ts";
import { codeRunName } from "../../../../wire/coderun-name.ts";
import { interleavedCluster, Killed } from "../../../support/interleaved-cluster.ts";
import { temporaryFolder } from "../../../support/relay-on-directory.ts";
import { spawnRequest } from "../../../support/spawn-request.ts";
import { runs } from "../../../support/tiers/at-size.ts";

const INCIDENTS = 12;
const REPEATS = 4;

describe("spawn on a directory", () => {
	it("creates exactly one file for each incident, requested four times at once, killed anywhere and repeated", () =>
		fc.assert(
			fc.asyncProperty(fc.infiniteStream(fc.option(fc.nat(20), { nil: Number.POSITIVE_INFINITY })), async (kills) => {
				const state = await temporaryFolder();
				const incidents = Array.from({ length: INCIDENTS }, (_, n) => n.toString(16).padStart(32, "0"));
				await Promise.all(
					incidents.flatMap((id) => Array.from({ length: REPEATS }, () => requestSpawn(state, id, kills.next().value))),
				);
				for (const id of incidents) {
					expect(await requestSpawn(state, id, Number.POSITIVE_INFINITY)).toMatchObject({ kind: "result" });
				}
				const files = await readdir(join(state, "coderuns"));
				expect(files.sort()).toEqual(incidents.map((id) => `${codeRunName("rex", id, 1)}.yaml`).sort());
			}),
			{ numRuns: runs(20, 2) },
		));
});

/** One relay with one incident; it shares only the folder's mutex with others, and dies at `killed_at`. */
async function requestSpawn(state: string, incident_id: string, killed_at: number): Promise<SpawnAnswer | undefined> {
	let pauses = 0;
	const cluster = interleavedCluster(await clusterOf(state), systemClock, async () => {
		await new Promise((resolve) => setImmediate(resolve));
		if (pauses++ >= killed_at) throw new Killed();
	});
	const claims = [{ name: "branch", key: `branch of ${incident_id}`, ttl_s: 600, while_active: true }];
	const request = spawnRequest({ incident_id, claims });
	try {
		return await spawn({ request, digest: "d", cluster, clock: systemClock, enforceMaxActive: false });
	} catch (error) {
		if (error instanceof Killed) return undefined;
		throw error;
	}
}

const clusters = new Map<string, ReturnType<typeof directoryCluster>>();

function clusterOf(state: string): ReturnType<typeof directoryCluster> {
	const cluster = clusters.get(state) ?? directoryCluster(state, systemClock);
	clusters.set(state, cluster);
	return cluster;
}
