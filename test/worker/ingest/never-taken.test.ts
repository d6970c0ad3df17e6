import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { runs } from "../../support/tiers/at-size.ts";
import { EXAMPLES, failedJob, failedRun, type Payload } from "../support/failed-job.ts";
import { faultyJournal, isWrite } from "../support/faulty-journal.ts";
import { signedDelivery } from "../support/signed-delivery.ts";
import { get, post, send } from "../support/worker.ts";

const DEEP = {
	list: `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
	object: `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
};
const TOO_DEEP = "the payload cannot be read: it may be nested too deep";

/** An example of GitHub's, as if 5dlabs/cto had sent it, with JSON text in the place of one field. */
function withField(event: string, field: string, json: string): string {
	const example = EXAMPLES.find(({ name }) => name === event)?.examples[0];
	const payload = { ...example, repository: { ...example?.repository, full_name: "5dlabs/cto" }, [field]: "@here" };
	return JSON.stringify(payload).replace('"@here"', () => json);
}

// First: wake-ups that other tests leave in the queue are consumed whenever they come, and their batch writes all counts.
describe("refused signatures", () => {
	it("are counted together, by one write, and shown", async () => {
		let writes = 0;
		const JOURNAL = faultyJournal((sql, go) => {
			if (sql.some(isWrite)) writes++;
			return go();
		});
		const forged = () => send(signedDelivery(failedJob(), { secret: "not it" }), { JOURNAL });
		const answers = await Promise.all(Array.from({ length: 50 }, forged));
		expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
		expect(writes).toBe(1);
		const { body } = await send(get("/api/status"));
		expect(body).toMatchObject({ refused_signatures: 50, ignored: {} });
		expect(await env.JOURNAL.prepare("SELECT count(*) AS count FROM ignored").first("count")).toBe(1);
	});
});

describe("a delivery that can never be taken", () => {
	it.each([
		["check_suite", "check_suite"],
		["code_scanning_alert", "alert"],
		["pull_request_review", "review"],
	])("422 and why for %s nested a hundred thousand deep, and nothing asks for it again", async (event, field) => {
		const answer = await send(signedDelivery(withField(event, field, DEEP.list), { event }));
		expect(answer).toMatchObject({ status: 422, body: { error: TOO_DEEP } });
		expect(answer.headers.get("retry-after")).toBeNull();
	});

	it("422 from a sensor's route, too", async () => {
		const payload = { check_suite: { conclusion: "failure", app: "@here" }, repository: { full_name: "5dlabs/cto" } };
		const body = JSON.stringify(payload).replace('"@here"', () => DEEP.list);
		const event = await send(post("/api/remediate/ci-failure", body));
		expect(event).toMatchObject({ status: 422, body: { status: "failed", reason: TOO_DEEP } });
	});

	it.each(["list", "object"] as const)("never a 5xx for a field of a failed job that is a deep %s", async (kind) => {
		const job = failedJob() as Payload;
		const fields = [
			"id",
			"run_id",
			"head_branch",
			"head_sha",
			"steps",
			"name",
			"workflow_name",
			"conclusion",
			"html_url",
		];
		for (const field of fields) {
			const payload = { ...job, workflow_job: { ...job.workflow_job, [field]: "@here" } };
			const body = JSON.stringify(payload).replace('"@here"', () => DEEP[kind]);
			expect((await send(signedDelivery(body))).status).toBeLessThan(500);
		}
	});

	it("422 when D1 says that it is too large for a row", async () => {
		const JOURNAL = faultyJournal(async (sql, go) => {
			if (sql.some(isWrite)) throw new Error("D1_ERROR: string or blob too big: SQLITE_TOOBIG");
			return await go();
		});
		const answer = await send(signedDelivery(failedJob()), { JOURNAL });
		expect(answer.status).toBe(422);
		expect(answer.body.error).toBe("the journal cannot store it: a text or a number in it is too large");
	});
});

describe("a delivery that is taken although it is strange", () => {
	const control = "\u001b".repeat(2_000);

	it("is cut to what a row of D1 holds", async () => {
		const run = failedRun() as Payload;
		const steps = Array.from({ length: 100 }, (_, number) => ({
			...{ name: `${number}${control}`, status: "completed", conclusion: "failure", number },
		}));
		const job = failedJob() as Payload;
		for (const [event, payload] of [
			["workflow_run", { ...run, workflow_run: { ...run.workflow_run, head_commit: { message: control.repeat(50) } } }],
			["workflow_job", { ...job, workflow_job: { ...job.workflow_job, steps, name: control } }],
		] as const) {
			expect((await send(signedDelivery(payload, { event }))).status).toBe(202);
		}
		expect((await send(get("/api/incidents"))).body.incidents).toHaveLength(1);
	});

	/** Values that an event never has; the whole is still JSON. */
	const STRANGE: readonly (readonly [string, string])[] = [
		["NUL", '"a\\u0000b"'],
		["a lone surrogate", '"\\ud800"'],
		["half of a pair where a text is cut", `"${"x".repeat(1023)}\\ud83d\\ude00${"y".repeat(2_000)}"`],
		["control characters", JSON.stringify(control.slice(0, 100))],
		["a number beyond all bounds", "1e999"],
		["a number beyond 2^53", "123456789012345678901234567890"],
		["minus zero", "-0"],
		["a fraction", "0.1"],
		["__proto__", '{"__proto__":{"login":"x","full_name":"5dlabs/cto","polluted":true}}'],
		["a key twice", '{"name":"one","name":{"name":"two"}}'],
		["a list of lists", "[[[1,[2]],{}],null]"],
		["null", "null"],
		["true", "true"],
		["an empty text", '""'],
		["a text of quotes and SQL", JSON.stringify(`'"); DROP TABLE incidents; --`)],
	];
	// Without these no entry of the pipeline takes the delivery.
	const DECIDING = new Set(["action", "conclusion", "state", "full_name", "type", "status", "slug"]);

	it.each(STRANGE)("never a 5xx for %s in every field of every event", async (_name, json) => {
		const events = new Set([
			...["workflow_job", "workflow_run", "check_run", "check_suite", "status", "dependabot_alert", "issue_comment"],
			...["code_scanning_alert", "secret_scanning_alert", "pull_request", "pull_request_review", "merge_group"],
		]);
		const made: [string, unknown][] = EXAMPLES.filter(({ name }) => events.has(name)).flatMap(({ name, examples }) =>
			examples
				.slice(0, runs(3, 1))
				.map((one): [string, unknown] => [
					name,
					{ ...one, repository: { ...one.repository, full_name: "5dlabs/cto" } },
				]),
		);
		made.push(["workflow_job", failedJob()], ["workflow_run", failedRun()]);
		const answers = await Promise.all(
			made.map(async ([event, payload]) => {
				const body = JSON.stringify(payload, (key, value) =>
					typeof value === "object" || DECIDING.has(key) ? value : "@here",
				).replaceAll('"@here"', () => json);
				return [event, (await send(signedDelivery(body, { event }))).status];
			}),
		);
		expect(answers.filter(([, status]) => status !== 202)).toEqual([]);
		expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
	});
});

describe("a webhook secret that holds a separator", () => {
	// From a user of a neighbouring system: every delivery was refused, and nothing said so.
	const GITHUB_WEBHOOK_SECRET = "p@ss,word-1";

	it.each([
		["p@ss,word-1", "p@ss,word-1"],
		["two words", "two words"],
		[" padded, by spaces \n", "padded, by spaces"],
	])("is taken as a whole: %j", async (variable, secret) => {
		const answer = await send(signedDelivery(failedJob(), { secret }), { GITHUB_WEBHOOK_SECRET: variable });
		expect(answer).toMatchObject({ status: 202, body: { status: "accepted" } });
	});

	it("is still a list of several while one is rotated, and nothing else is taken", async () => {
		for (const [secret, status] of [
			["p@ss", 202],
			["word-1", 202],
			["p@ss,word", 401],
			["word-1,p@ss", 401],
			["", 401],
		] as const) {
			expect(
				(await send(signedDelivery(failedJob(), { secret: secret || "-" }), { GITHUB_WEBHOOK_SECRET })).status,
			).toBe(status);
		}
	});

	it("goes for an API token, too", async () => {
		const HEALER_API_TOKEN = "a,token";
		const asked = (token: string) => get("/api/status", { authorization: `Bearer ${token}` });
		const changes = { HEALER_API_TOKEN, HEALER_LOOPBACK: "", DELIVERIES: undefined as never };
		expect((await send(asked("a,token"), changes)).status).toBe(200);
		expect((await send(asked("token,a"), changes)).status).toBe(401);
	});
});
