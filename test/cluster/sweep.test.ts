import { describe, expect, it } from "vitest";
import { systemClock } from "../../relay/clock.ts";
import { apiClients } from "../../relay/cluster/kubernetes/api-clients.ts";
import { kubernetesCluster } from "../../relay/cluster/kubernetes/kubernetes-cluster.ts";
import { sweepLeases } from "../../relay/cluster/kubernetes/sweep-leases.ts";
import { type Namespace, newNamespace } from "./support/namespace.ts";
import { requestIn, resultOf } from "./support/spawning.ts";

const HOUR = 3_600_000;

describe("sweepLeases", () => {
	it("deletes what expired an hour ago, but not while its CodeRun runs, and an incident's own claim only after 30 days", async () => {
		const namespace = await newNamespace();
		const clients = apiClients(namespace.kubeConfig);
		const cluster = kubernetesCluster(clients, namespace.name);
		const [finished, working] = [claiming(namespace, "finished"), claiming(namespace, "working")];
		for (const request of [finished, working]) expect(await resultOf(cluster, request)).toBe("created");
		await namespace.setStatus(finished.coderun.metadata.name, { phase: "Succeeded" });
		const own = [finished.incident_id, working.incident_id];
		expect(await keys(namespace)).toEqual([...own, "finished", "working"].sort());

		const sweep = (later: number) => {
			const clock = { ...systemClock, now: () => Date.now() + later };
			return sweepLeases({ clients, namespace: namespace.name, clock, log: () => {} });
		};
		expect(await sweep(HOUR)).toEqual({ kind: "swept", deleted: 0 });
		expect(await sweep(1.5 * HOUR)).toEqual({ kind: "swept", deleted: 1 });
		expect(await keys(namespace)).toEqual([...own, "working"].sort());
		expect(await sweep(29 * 24 * HOUR)).toEqual({ kind: "swept", deleted: 0 });
		await namespace.deleteCodeRun(working.coderun.metadata.name);
		expect(await sweep(1.5 * HOUR)).toEqual({ kind: "swept", deleted: 1 });
		expect(await sweep(31 * 24 * HOUR)).toEqual({ kind: "swept", deleted: 2 });
		expect(await keys(namespace)).toEqual([]);
	});
});

function claiming(namespace: Namespace, key: string) {
	return requestIn(namespace.name, {
		max_active: 0,
		claims: [{ name: "branch", key, ttl_s: 600, while_active: true }],
	});
}

async function keys(namespace: Namespace): Promise<string[]> {
	const leases = await namespace.leases();
	return leases.map(({ metadata }) => metadata?.annotations?.["healer/claim-key"] ?? "").sort();
}
