import { describe, expect, it } from "vitest";
import type { Incident } from "../../../pipeline/index.ts";
import { incidentId } from "../../../pipeline/stages/incident-id.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import type { PreparedDelivery } from "../../../worker/ingest/delivery-content.ts";
import { writeDelivery } from "../../../worker/ingest/write-delivery.ts";
import { findAttempt } from "../../../worker/journal/attempts.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { run } from "../support/remediation-life.ts";
import { sampleIncident } from "../support/sample-incident.ts";
import { type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

/** A failure of a run, as a delivery of the repository under this name tells it. */
function failure(
	stub: Stub,
	name: string,
	run_id: string,
	of: { id?: number; branch?: string } = {},
): PreparedDelivery {
	const identity = `${name.toLowerCase()}|run|${run_id}`;
	const incident: Incident = sampleIncident({
		id: incidentId(identity),
		delivery_id: `${name} ${run_id}`,
		repository: name,
		head_repository: name,
		branch: of.branch ?? "feat/moved",
		run_id,
		workflow: { name: "CI", path: ".github/workflows/ci.yml" },
	});
	const explanation = { pipeline: "v-test", stages: [] };
	const content = { outcome: "incident", incident, identity, explanation, settle_ms: 0, late_ms: 0 } as const;
	const repository = { name, ...("id" in of ? of.id !== undefined && { id: of.id } : { id: 1 }) };
	return { delivery_id: incident.delivery_id, event: "workflow_run", received_at: stub.clock, content, repository };
}

const write = async (stub: Stub, delivery: PreparedDelivery) => await writeDelivery(stub, delivery, stub.log);
/** The identity's hash. Made with: printf %s '5dlabs/cto|run|1141' | openssl dgst -sha256 | cut -c1-32 */
const ID = "a5418f2ad79f2c6e3ad16685afcb1feb";

describe("a repository that was renamed between two deliveries", () => {
	it("is one repository: the second delivery of a run is no second incident", async () => {
		const stub = stubEffects();
		expect(await write(stub, failure(stub, "5dlabs/cto", "1141"))).toMatchObject({
			status: "accepted",
			incident_id: ID,
		});
		expect(await write(stub, failure(stub, "5dlabs/renamed", "1141"))).toMatchObject({
			status: "duplicate",
			incident_id: ID,
		});
		const row = await findIncident(stub.journal, ID);
		expect(row).toMatchObject({ repository: "5dlabs/renamed", identity: "5dlabs/cto|run|1141" });
		expect(JSON.parse(row?.incident ?? "")).toMatchObject({
			repository: "5dlabs/renamed",
			head_repository: "5dlabs/renamed",
		});
	});

	it("is one repository for a sensor, whose payload has no id, under either name", async () => {
		const stub = stubEffects();
		await write(stub, failure(stub, "5dlabs/cto", "1141"));
		await write(stub, failure(stub, "5dlabs/renamed", "7"));
		for (const name of ["5dlabs/renamed", "5dlabs/cto"]) {
			const answer = await write(stub, failure(stub, name, "1141", { id: undefined as never }));
			expect([name, answer]).toMatchObject([name, { status: "duplicate", incident_id: ID }]);
		}
	});

	it("is fixed by a run under the new name", async () => {
		const stub = stubEffects();
		await write(stub, failure(stub, "5dlabs/cto", "1141"));
		await processIncident(stub, ID);
		const { signal } = run("success", 2000, stub, {
			repository: "5dlabs/renamed",
			branch: "feat/moved",
			workflow: { name: "CI", path: ".github/workflows/ci.yml" },
		}) as Extract<ReturnType<typeof run>, { kind: "signal" }>;
		await write(stub, {
			delivery_id: "green",
			event: "workflow_run",
			received_at: stub.clock,
			content: { outcome: "ignored", reason: { kind: "not_matched", event: "workflow_run" } },
			repository: { id: 1, name: "5dlabs/renamed" },
			signal: { signal, now: stub.clock, reconsider_ms: 3_600_000 },
		});
		expect(stub.woken.at(-1)).toEqual({ id: ID, delayMs: 0 });
	});

	it("has one claim on a branch", async () => {
		const stub = stubEffects();
		const plain = stubEngine();
		stub.activeEngine = stubEngine({
			decide: async (input) => {
				const decision = await plain.decide(input);
				const key = `${input.incident.repository.toLowerCase()}|branch|${input.incident.branch}`;
				return { ...decision, claims: [{ name: "branch", key, ttl_s: 600, while_active: true }] };
			},
		});
		await write(stub, failure(stub, "5dlabs/cto", "1141"));
		await processIncident(stub, ID);
		const later = await write(stub, failure(stub, "5dlabs/renamed", "1142"));
		if (later.status !== "accepted") throw new Error(later.status);
		await processIncident(stub, later.incident_id);
		const attempts = await Promise.all([ID, later.incident_id].map((id) => findAttempt(stub.journal, id, 1)));
		expect(attempts.map((attempt) => JSON.parse(attempt?.request ?? "").claims[0].key)).toEqual([
			"5dlabs/cto|branch|feat/moved",
			"5dlabs/cto|branch|feat/moved",
		]);
	});

	it("keeps a repository apart that got the former name", async () => {
		const stub = stubEffects();
		await write(stub, failure(stub, "5dlabs/cto", "1141"));
		await write(stub, failure(stub, "5dlabs/renamed", "1142"));
		const other = await write(stub, failure(stub, "5dlabs/cto", "1141", { id: 2 }));
		expect(other).toMatchObject({ status: "accepted" });
		if (other.status !== "accepted") return;
		expect(await findIncident(stub.journal, other.incident_id)).toMatchObject({
			repository: "5dlabs/cto",
			identity: "5dlabs/cto#2|run|1141",
		});
		// A late delivery from before the rename still means the first one.
		expect(await write(stub, failure(stub, "5dlabs/cto", "1142"))).toMatchObject({ status: "duplicate" });
		expect((await findIncident(stub.journal, ID))?.repository).toBe("5dlabs/renamed");
	});

	it("changes nothing for a repository that keeps its name, in whatever case", async () => {
		const stub = stubEffects();
		await write(stub, failure(stub, "5dlabs/cto", "1141"));
		expect(await write(stub, failure(stub, "5dlabs/CTO", "1141"))).toMatchObject({ status: "duplicate" });
	});
});
