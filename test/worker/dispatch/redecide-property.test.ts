import fc from "fast-check";
import { expect, it } from "vitest";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import type { SpawnAnswer } from "../../../worker/relay/send-spawn.ts";
import { runs } from "../../support/tiers/at-size.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

const APPS = ["5DLabs-Rex", "5DLabs-Rex2"] as const;

/** What happens at one look: how the send goes, and which app the pipeline names and the relay allows from then on. */
interface Look {
	readonly send: "answered" | "answer lost" | "not reached" | "consumer dies";
	readonly names: (typeof APPS)[number];
	readonly allows: (typeof APPS)[number];
}

const look = fc.record<Look>({
	send: fc.constantFrom("answered", "answer lost", "not reached", "consumer dies"),
	names: fc.constantFrom(...APPS),
	allows: fc.constantFrom(...APPS),
});

/** As the relay answers by its protocol: one CodeRun an attempt, the next one held while it runs, refused if not there. */
function protocolRelay() {
	const made = new Map<string, string>();
	const state = { allows: APPS[0] as string };
	const spawn = (id: string, body: string): SpawnAnswer => {
		const { coderun, incident_id } = JSON.parse(body);
		const { name: coderun_name } = coderun.metadata;
		const app = coderun.spec.githubApp;
		const before = made.get(id);
		if (before === body) return { ok: true, result: { result: "exists", coderun_name } };
		if (before !== undefined) return { ok: false, reason: "the relay answered 409: replayed", isFinal: true };
		if (app !== state.allows) {
			return { ok: true, result: { result: "refused", reason: "github_app_not_allowed", detail: app } };
		}
		if (made.size > 0) {
			return { ok: true, result: { result: "held", by: incident_id, claim: "incident", coderun_name, until: null } };
		}
		made.set(id, body);
		return { ok: true, result: { result: "created", coderun_name } };
	};
	return { made, state, spawn };
}

function activate(stub: Stub, githubApp: string): void {
	const plain = stubEngine();
	stub.activeEngine = stubEngine({
		version: `v of ${githubApp}`,
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") throw new Error("the stub spawns");
			return { ...decision, coderun: { ...decision.coderun, spec: { githubApp } } };
		},
	});
}

it("whatever is pushed, lost and killed while an incident is decided again, it has one CodeRun, and knows it", {
	timeout: 180_000,
}, async () => {
	let n = 0;
	const property = fc.asyncProperty(fc.array(look, { minLength: 1, maxLength: 8 }), async (looks) => {
		const id = sampleId(++n);
		const stub = stubEffects();
		const relay = protocolRelay();
		await journalIncident(stub, sampleIncident({ id, branch: `b-${n}` }));
		for (const { send, names, allows } of looks) {
			activate(stub, names);
			relay.state.allows = allows;
			stub.relay = (...sent) => {
				if (send === "not reached") return { ok: false, reason: "unreachable", isFinal: false };
				const answer = relay.spawn(...sent);
				if (send === "consumer dies") throw new Error("killed");
				return send === "answered" ? answer : { ok: false, reason: "timeout", isFinal: false };
			};
			await processIncident(stub, id);
			// Beyond every backoff, and the lock of one that died.
			stub.clock += 90_000;
		}
		activate(stub, APPS[1]);
		relay.state.allows = APPS[1];
		stub.relay = relay.spawn;
		for (let more = 0; more < 4; more++) {
			await processIncident(stub, id);
			stub.clock += 90_000;
		}
		const [made] = relay.made.values();
		const { name } = JSON.parse(String(made)).coderun.metadata;
		expect(await findIncident(stub.journal, id)).toMatchObject({ status: "running", coderun_name: name });
		expect(relay.made.size).toBe(1);
		// Under one id only one text was ever sent.
		for (const { id: sent } of stub.sent) {
			expect(new Set(stub.sent.filter((one) => one.id === sent).map(({ body }) => body)).size).toBe(1);
		}
	});
	await fc.assert(property, { numRuns: runs(20, 5) });
});
