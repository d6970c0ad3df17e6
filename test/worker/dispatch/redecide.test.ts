import { describe, expect, it } from "vitest";
import type { SpawnResult } from "../../../wire/spawn.ts";
import { processIncident } from "../../../worker/dispatch/process-incident.ts";
import type { Engine } from "../../../worker/engine.ts";
import { findIncident } from "../../../worker/journal/incidents.ts";
import { releaseIncident } from "../../../worker/remediation/actions.ts";
import { attemptsOf, timelineOf } from "../support/remediation-life.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, type Stub, stubEffects, stubEngine } from "../support/stub-effects.ts";

const ID = sampleId(1);
const DAY_MS = 24 * 3600_000;

// printf %s 00000000000000000000000000000001.N | openssl dgst -sha256 | cut -c1-16
const FIRST = "healer-ci-rex-cffcb7abb411477e";
const SECOND = "healer-ci-rex-87fca91986ac5f0c";

/** A pipeline whose CodeRuns act under this GitHub App. */
function engineOf(version: string, githubApp: string): Engine {
	const plain = stubEngine();
	return stubEngine({
		version,
		decide: async (input) => {
			const decision = await plain.decide(input);
			if (decision.outcome !== "spawn") throw new Error("the stub spawns");
			return { ...decision, coderun: { ...decision.coderun, spec: { githubApp } } };
		},
	});
}

function appIn(body: string): string {
	return JSON.parse(body).coderun.spec.githubApp;
}

/** A relay that allows one GitHub App. */
function allowOnly(stub: Stub, allowed: { app: string }): void {
	stub.relay = (_id, body) => {
		const app = appIn(body);
		const { name } = JSON.parse(body).coderun.metadata;
		const result: SpawnResult =
			app === allowed.app
				? { result: "created", coderun_name: name }
				: { result: "refused", reason: "github_app_not_allowed", detail: app };
		return { ok: true, result };
	};
}

async function waiting(version = "v1", app = "5DLabs-Rex"): Promise<Stub> {
	const stub = stubEffects();
	stub.activeEngine = engineOf(version, app);
	await journalIncident(stub, sampleIncident({ id: ID, branch: "feat/one" }));
	return stub;
}

describe("an incident that was decided before its GitHub App was renamed", () => {
	it("is decided again under the active pipeline, and has one CodeRun", async () => {
		const stub = await waiting();
		stub.relay = () => ({ ok: true, result: { result: "busy", agent: "rex", active: 1 } });
		await processIncident(stub, ID);
		stub.activeEngine = engineOf("v2", "5DLabs-Rex2");
		allowOnly(stub, { app: "5DLabs-Rex2" });
		stub.clock += 60_000;

		const reason = "the relay refused: github_app_not_allowed: 5DLabs-Rex; decided again by pipeline v2";
		expect(await processIncident(stub, ID)).toEqual({ state: "waiting", reason, next_try_at: stub.clock });
		expect(stub.woken.at(-1)).toEqual({ id: ID, delayMs: 0 });
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
		expect(stub.sent.map(({ id, body }) => [id, appIn(body)])).toEqual([
			[`${ID}.1`, "5DLabs-Rex"],
			[`${ID}.1`, "5DLabs-Rex"],
			[`${ID}.2`, "5DLabs-Rex2"],
		]);
		expect((await timelineOf(stub, ID)).map(({ event, attempt }) => [event, attempt])).toEqual([
			["deferred", 1],
			["redecided", 1],
			["spawned", 2],
		]);
		const rows = await attemptsOf(stub, ID);
		expect(rows.map(({ attempt, refused, spawned_at }) => [attempt, refused, spawned_at !== null])).toEqual([
			[1, reason, false],
			[2, null, true],
		]);
	});

	it("costs no attempt of its budget, and no later prompt speaks of the one that was refused", async () => {
		const stub = await waiting();
		allowOnly(stub, { app: "5DLabs-Rex2" });
		await processIncident(stub, ID);
		stub.activeEngine = engineOf("v2", "5DLabs-Rex2");
		stub.clock += 60_000;
		await processIncident(stub, ID);
		await processIncident(stub, ID);
		expect(stub.decided.map(({ attempt, previous_attempts }) => [attempt, previous_attempts])).toEqual([
			[1, []],
			[2, []],
		]);
	});

	it("waits with the reason while the active pipeline is refused, too, with the same bytes, and is dead after a day", async () => {
		const stub = await waiting();
		allowOnly(stub, { app: "another" });
		const reason = "the relay refused: github_app_not_allowed: 5DLabs-Rex";
		for (const wait of [1000, 2000, 4000]) {
			expect(await processIncident(stub, ID)).toEqual({ state: "waiting", reason, next_try_at: stub.clock + wait });
			stub.clock += wait;
		}
		expect(new Set(stub.sent.map(({ id, body }) => id + body)).size).toBe(1);

		stub.clock += DAY_MS;
		expect(await processIncident(stub, ID)).toEqual({ state: "dead", reason });
		// A person who has cured it releases it.
		stub.activeEngine = engineOf("v2", "another");
		await releaseIncident(stub, ID, "octocat");
		await processIncident(stub, ID);
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running" });
	});

	it("is cured by the relay's own configuration as well, without being decided again", async () => {
		const stub = await waiting();
		const allowed = { app: "another" };
		allowOnly(stub, allowed);
		await processIncident(stub, ID);
		allowed.app = "5DLabs-Rex";
		stub.clock += 60_000;
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running", coderun_name: FIRST });
		expect(stub.decided).toHaveLength(1);
	});

	it("decides once a version, and is dead after a day however many versions were pushed", async () => {
		const stub = await waiting();
		allowOnly(stub, { app: "another" });
		const until = stub.clock + DAY_MS;
		let pushed = 1;
		for (let looks = 0; looks < 200; looks++) {
			stub.begin();
			const { state } = await processIncident(stub, ID);
			if (state === "dead") break;
			stub.clock += 20 * 60_000;
			if (looks % 10 === 0) stub.activeEngine = engineOf(`v${++pushed}`, "5DLabs-Rex");
		}
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "dead" });
		expect(stub.clock - until).toBeLessThan(3600_000);
		expect(stub.decided.length).toBeLessThanOrEqual(pushed);
	});
});

describe("a send whose answer is unknown", () => {
	it("is repeated byte for byte under whichever pipeline, until there is an answer", async () => {
		const stub = await waiting();
		stub.relay = () => ({ ok: false, reason: "the relay could not be reached: timeout", isFinal: false });
		await processIncident(stub, ID);
		stub.activeEngine = engineOf("v2", "5DLabs-Rex2");
		stub.clock += 60_000;
		await processIncident(stub, ID);
		stub.relay = (_id, body) => ({
			ok: true,
			result: { result: "exists", coderun_name: JSON.parse(body).coderun.metadata.name },
		});
		stub.clock += 60_000;
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running", coderun_name: FIRST });
		expect(new Set(stub.sent.map(({ id, body }) => id + body)).size).toBe(1);
		expect(stub.decided).toHaveLength(1);
	});
});

describe("a consumer that lost the row while its request was refused", () => {
	it("does not decide again what the other one goes on with", async () => {
		const stub = await waiting();
		stub.activeEngine = engineOf("v1", "5DLabs-Rex");
		const refuse = { ok: true, result: { result: "refused", reason: "github_app_not_allowed", detail: "x" } } as const;
		stub.relay = async () => {
			// It hangs in its send; meanwhile another takes the row, is refused and decides again.
			stub.relay = () => refuse;
			stub.clock += 120_000;
			stub.activeEngine = engineOf("v2", "5DLabs-Rex2");
			expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting" });
			return refuse;
		};
		expect(await processIncident(stub, ID)).toEqual({ state: "lock_lost" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({ attempt: 2, status: "waiting" });
		expect((await timelineOf(stub, ID)).filter(({ event }) => event === "redecided")).toHaveLength(1);
	});
});

describe("a journal that is older than the cluster", () => {
	const replayed = { ok: false, reason: "the relay answered 409: replayed", isFinal: true } as const;

	it("takes over the CodeRun that is there of another request of this attempt, under the name that it has", async () => {
		const stub = await waiting();
		stub.relay = () => replayed;
		const coderun_name = "healer-ci-blaze-cffcb7abb411477e";
		stub.status = () => ({ ok: true, status: { state: "running", coderun_name } });
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running", coderun_name });
		expect(await attemptsOf(stub, ID)).toMatchObject([{ agent: "blaze", coderun_name }]);
	});

	it("waits when what is there cannot be asked, and creates nothing", async () => {
		const stub = await waiting();
		stub.relay = () => replayed;
		expect(await processIncident(stub, ID)).toMatchObject({ state: "waiting" });
		expect(await findIncident(stub.journal, ID)).toMatchObject({
			status: "waiting",
			attempt: 1,
			reason: "the relay answered 409: replayed; the relay could not be queried: the relay answered 503",
		});
	});

	it("goes on with the next attempt where nothing of this one is there any more", async () => {
		const stub = await waiting();
		const created = stub.relay;
		stub.relay = (id, body) => (id.endsWith(".1") ? replayed : created(id, body));
		stub.status = () => ({ ok: true, status: { state: "gone" } });
		await processIncident(stub, ID);
		expect(await processIncident(stub, ID)).toMatchObject({ state: "running", coderun_name: SECOND });
	});

	it("fails when the relay keeps saying that there is something, and never finds it", async () => {
		const stub = await waiting();
		stub.relay = () => replayed;
		stub.status = () => ({ ok: true, status: { state: "gone" } });
		for (let looks = 0; looks < 11; looks++) await processIncident(stub, ID);
		expect(await findIncident(stub.journal, ID)).toMatchObject({ status: "failed" });
		expect(stub.sent).toHaveLength(11);
	});
});
