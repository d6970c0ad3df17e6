import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { insertRow } from "../../../worker/journal/bind-named.ts";
import { flakesTable } from "../../../worker/journal/flakes.ts";
import { rerunsTable } from "../../../worker/journal/reruns.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { get, send } from "../support/worker.ts";

const DAY_MS = 86_400_000;

async function seen(n: number, at: number, changes: Partial<Parameters<typeof rowOf>[1]> = {}): Promise<void> {
	await insertRow(env.JOURNAL, flakesTable, rowOf(n, { author: "octocat", cause: "c1", ...changes }, at)).run();
}

function rowOf(n: number, { author, cause }: { readonly author: string | null; readonly cause: string }, at: number) {
	return {
		...{ incident_id: sampleId(n), run_attempt: 1, repository: "5dlabs/cto", workflow: "CI", job: "test" },
		...{ cause, text: `go_test: ${cause}`, failure_type: "go_test", author, seen_at: at },
	};
}

describe("listFlakesApi", () => {
	it("shows how often each passed and failed again, when it was last seen, and whom it cost", async () => {
		const now = Date.now();
		await seen(1, now - 20 * DAY_MS);
		await seen(2, now - 3 * DAY_MS, { author: "hubot" });
		await seen(3, now - DAY_MS);
		await seen(4, now - DAY_MS, { author: null, cause: "c2" });
		await seen(5, now - 15 * DAY_MS, { cause: "forgotten" });
		const stub = stubEffects();
		await journalIncident(stub, sampleIncident({ id: sampleId(9) }));
		const again = { incident_id: sampleId(9), run_attempt: 1, rule: "rule 1", fingerprint: "c1", planned_at: now };
		await insertRow(env.JOURNAL, rerunsTable, { ...again, deadline_s: 60, ask_at: now, result: "failed" }).run();

		const { status, body } = await send(get("/api/flakes"));
		expect(status).toBe(200);
		expect(body).toEqual({
			flakes: [
				{
					...{ repository: "5dlabs/cto", workflow: "CI", job: "test", text: "go_test: c1", failure_type: "go_test" },
					...{ seen: 3, failed_again: 1, rate: 0.75 },
					first_seen_at: new Date(now - 20 * DAY_MS).toISOString(),
					last_seen_at: new Date(now - DAY_MS).toISOString(),
					authors: [
						{ login: "octocat", times: 2 },
						{ login: "hubot", times: 1 },
					],
					incident_id: sampleId(3),
				},
				expect.objectContaining({ text: "go_test: c2", seen: 1, rate: 1, authors: [] }),
			],
			more: false,
		});
		expect((await send(get("/api/flakes?limit=1"))).body).toMatchObject({ more: true });
		expect((await send(get("/api/flakes?repository=5DLABS/CTO"))).body).toMatchObject({ flakes: [{}, {}] });
		expect((await send(get("/api/flakes?repository=5dlabs/other"))).body).toEqual({ flakes: [], more: false });
		expect((await send(get("/api/flakes?limit=x"))).status).toBe(400);
	});
});
