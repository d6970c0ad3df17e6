import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import bundled from "../../../dist/pipeline.json";
import { artefactVersion } from "../../../pipeline/index.ts";
import { answerCommand } from "../../../worker/commands/answer-command.ts";
import { invalidateEngine } from "../../../worker/engine.ts";
import { addCommand } from "../../../worker/journal/commands.ts";
import { commentGitHub } from "../support/comment-github.ts";
import { sampleId, sampleIncident } from "../support/sample-incident.ts";
import { journalIncident, stubEffects } from "../support/stub-effects.ts";
import { type Answer, get, post, send } from "../support/worker.ts";

const TOKENS = { HEALER_OPERATE_TOKENS: "o-1 o-2", HEALER_ADMIN_TOKENS: "a-1" };
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

function as(token: string, method: string, path: string, body: unknown = ""): Promise<Answer> {
	const text = typeof body === "string" ? body : JSON.stringify(body);
	const headers = { authorization: `Bearer ${token}` };
	return send(new Request(`https://healer.acme.example${path}`, { method, headers, body: text }), TOKENS);
}

async function trail(query = ""): Promise<readonly Record<string, unknown>[]> {
	const authorization = `Bearer ${env.HEALER_API_TOKEN}`;
	return (await send(get(`/api/export?with=audit${query}`, { authorization }))).body.audit as Record<string, unknown>[];
}

describe("the audit trail", () => {
	it("says who pushed and rolled back, which version, and with which token", async () => {
		const settings = { ...bundled.settings, repositories: ["acme/audited"] };
		const { version: _, ...rest } = { ...bundled, settings, log_patterns: [], classify: bundled.classify.slice(-1) };
		const version = artefactVersion(rest) ?? "";
		expect((await as("a-1", "PUT", "/api/pipeline", { ...rest, version })).status).toBe(200);
		expect((await send(post("/api/pipeline/rollback", ""))).status).toBe(200);
		invalidateEngine();
		expect(await trail()).toEqual([
			{
				at: ISO,
				who: "an admin token",
				proof: "token",
				// printf a-1 | sha256sum
				token: "2f8fe63a",
				action: "push",
				target: version,
				detail: "bundled was active",
			},
			{
				at: ISO,
				who: "the API token",
				proof: "token",
				token: "7b1b9883",
				action: "rollback",
				target: "bundled",
				detail: `${version} was active`,
			},
		]);
	});

	it("says what a push says about itself, beside who proved to push", async () => {
		const settings = { ...bundled.settings, repositories: ["acme/told"] };
		const { version: _, ...rest } = { ...bundled, settings, log_patterns: [], classify: bundled.classify.slice(-1) };
		const query = new URLSearchParams({ author: "Octo Cat", message: "Send Go to gopher" });
		await as("a-1", "PUT", `/api/pipeline?${query}`, { ...rest, version: artefactVersion(rest) ?? "" });
		invalidateEngine();
		expect(await trail()).toMatchObject([
			{ who: "an admin token", action: "push", detail: "bundled was active; by Octo Cat; Send Go to gopher" },
		]);
	});

	it("says who paused and why, without the secrets in the reason, and who resumed a pause that there was", async () => {
		await as("o-1", "DELETE", "/api/pause");
		await as("o-1", "POST", "/api/pause", { reason: "token ghp_0123456789abcdefghijABCDEFGHIJ012345 leaked" });
		await as("o-2", "DELETE", "/api/pause");
		const [paused, resumed, ...more] = await trail();
		expect(paused).toMatchObject({ who: "an operate token", action: "pause", target: null });
		expect(paused?.detail).toMatch(/^token \[redacted[^\]]*\] leaked$/);
		expect(resumed).toMatchObject({ who: "an operate token", action: "resume" });
		expect(resumed?.token).not.toBe(paused?.token);
		expect(more).toEqual([]);
	});

	it("says who released, stopped and retried an incident, and nothing of what did not happen", async () => {
		const stub = stubEffects();
		const id = sampleId(1);
		await journalIncident(stub, sampleIncident({ id }));
		await env.JOURNAL.prepare("UPDATE incidents SET status = 'dead', next_try_at = NULL WHERE id = ?1").bind(id).run();
		const statuses: number[] = [];
		for (const action of ["release", "stop", "release", "stop", "retry"]) {
			statuses.push((await as("o-1", "POST", `/api/incidents/${id}/${action}`)).status);
		}
		await as("o-1", "POST", `/api/incidents/${sampleId(9)}/stop`);
		expect(statuses).toEqual([200, 200, 409, 409, 200]);
		expect((await trail()).map(({ who, action, target }) => [who, action, target])).toEqual([
			["an operate token", "release", id],
			["an operate token", "stop", id],
			["an operate token", "retry", id],
		]);
		const authorization = `Bearer ${env.HEALER_API_TOKEN}`;
		const journal = (await send(get("/api/export?with=journal", { authorization }))).body.journal;
		expect(journal).toMatchObject([
			{ id, audit: [{ action: "release", at: ISO }, { action: "stop" }, { action: "retry" }] },
		]);
	});

	it("names the person on this machine's page as such", async () => {
		const request = new Request("http://127.0.0.1:8787/api/pause", {
			method: "POST",
			body: "{}",
			headers: { "x-healer-page": "1", origin: "http://127.0.0.1:8787" },
		});
		expect((await send(request)).status).toBe(200);
		expect(await trail()).toMatchObject([{ who: "somebody on this machine", proof: "loopback", token: null }]);
	});

	it("names the author of a command that did something, once, however often it is processed", async () => {
		const stub = { ...stubEffects(), github: commentGitHub() };
		await journalIncident(stub, sampleIncident({ id: sampleId(1), repository: "5dlabs/cto", pr_number: 7 }));
		const command = { repository: "5dlabs/cto", pr_number: 7, author: "octocat", delivery_id: "d" };
		for (const [n, name] of ["stop", "stop", "status", "dance"].entries()) {
			await addCommand(stub.journal, { ...command, id: `c-${n}`, name, comment_id: n }, stub.clock);
			await answerCommand(stub, `c-${n}`);
			await answerCommand(stub, `c-${n}`);
		}
		expect(await trail()).toEqual([
			{
				at: ISO,
				who: "octocat",
				proof: "comment",
				token: null,
				action: "stop",
				target: "5dlabs/cto#7",
				detail: "1 remediation stopped. A running CodeRun finishes, but its outcome changes nothing.",
			},
			{
				at: ISO,
				who: "octocat",
				proof: "comment",
				token: null,
				action: "stop",
				target: "5dlabs/cto#7",
				detail: expect.any(String),
			},
		]);
	});

	it("goes on behind a cursor, oldest first, and finds what was added since", async () => {
		const add = (n: number) =>
			env.JOURNAL.prepare("INSERT INTO audit (at, who, proof, action, target) VALUES (?1, 'ada', 'access', 'push', ?2)")
				.bind(Date.parse("2026-11-01T00:00:00Z") + Math.floor(n / 2) * 60_000, String(n))
				.run();
		for (const n of [0, 1, 2]) await add(n);
		const page = async (query: string) => {
			const authorization = `Bearer ${env.HEALER_API_TOKEN}`;
			const { body } = await send(get(`/api/export?with=audit${query}`, { authorization }));
			const { audit, last, more } = body as { audit: { target: string }[]; last: string; more: boolean };
			return { targets: audit.map(({ target }) => target), last, more };
		};
		const first = await page("&limit=1");
		const second = await page(`&limit=2&cursor=${first.last}`);
		expect([first.targets, first.more, second.targets, second.more]).toEqual([["0"], true, ["1", "2"], false]);
		expect(await page(`&cursor=${second.last}`)).toEqual({ targets: [], last: null, more: false });
		await add(3);
		expect((await page(`&cursor=${second.last}`)).targets).toEqual(["3"]);
		expect((await page("&since=2026-11-01T00:01:00Z")).targets).toEqual(["2", "3"]);
	});
});
