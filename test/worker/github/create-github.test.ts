import { describe, expect, it, vi } from "vitest";
import { createGitHub } from "../../../worker/github/create-github.ts";
import { createLog } from "../../../worker/log.ts";
import { systemClock } from "../../../worker/runtime/clock.ts";
import { type Asked, stubGitHub } from "./stub-github.ts";
import { PKCS8 } from "./test-keys.ts";

const CTO = { owner: "5dlabs", repo: "cto" };
const OF = { repository: "5dlabs/cto", installation_id: 77 };
const PULL = { ...CTO, pull_number: 4 };
const COMMENTS_ROUTE = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const PULL_ROUTE = "GET /repos/{owner}/{repo}/pulls/{pull_number}";

/** Answers the pull request's route, and nothing else. */
const forPull =
	(answer: () => Response | Promise<Response>) =>
	({ what }: Asked) =>
		what.endsWith("/pulls/4") ? answer() : undefined;
const pull = () => Response.json({ number: 4 });

describe("createGitHub", () => {
	it("is nothing where no App is named", () => {
		const tools = { fetch, now: () => 0, log: createLog({}, () => undefined) };
		expect(createGitHub({}, tools)).toBeUndefined();
		expect(createGitHub({ GITHUB_APP_ID: " ", GITHUB_API_URL: "https://ghe.test/api/v3" }, tools)).toBeUndefined();
	});

	it.each([
		[
			{ GITHUB_PRIVATE_KEY: "-----BEGIN PRIVATE KEY-----" },
			"GITHUB_PRIVATE_KEY is cut off: its last line, -----END ... PRIVATE KEY-----, is missing.",
		],
		[{ GITHUB_PRIVATE_KEY: "" }, "GITHUB_PRIVATE_KEY is not set, GITHUB_APP_ID is."],
		[{ GITHUB_APP_ID: "" }, "GITHUB_APP_ID is not set, GITHUB_PRIVATE_KEY is."],
		[{ GITHUB_APP_ID: "my app" }, "GITHUB_APP_ID is neither an App's number nor its client id."],
		[{ GITHUB_API_URL: "http://api.github.com" }, "GITHUB_API_URL is not the https address of an API."],
		[{ GITHUB_API_URL: "ghe.test" }, "GITHUB_API_URL is not the https address of an API."],
	])("answers every question with what is wrong in %o, and asks nobody", async (variables, detail) => {
		const stub = stubGitHub(pull, variables);
		const forbidden = { ok: false, failure: { reason: "forbidden", detail } };
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual(forbidden);
		expect(await stub.github.asApp("GET /app", {})).toEqual(forbidden);
		expect(stub.asked).toEqual([]);
	});
});

describe("asApp", () => {
	it("signs for the App", async () => {
		const stub = stubGitHub(({ what }) => (what === "GET /app" ? Response.json({ slug: "healer" }) : undefined), {
			GITHUB_PRIVATE_KEY: PKCS8,
		});
		expect(await stub.github.asApp("GET /app", {})).toMatchObject({ ok: true, status: 200, value: { slug: "healer" } });
		const [asked] = stub.asked;
		const [, payload = ""] = asked?.headers.get("authorization")?.split(".") ?? [];
		// Now is 2026-11-22T12:00:00Z, 1795348800. GitHub takes ten minutes at most; its clock may be five off each way.
		expect(JSON.parse(atob(payload))).toEqual({ iss: "1234", iat: 1795348500, exp: 1795349100 });
	});
});

describe("asInstallation", () => {
	it("asks with the installation's token, which it gets once", async () => {
		const stub = stubGitHub(forPull(pull));
		const first = await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		const second = await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		expect(first).toMatchObject({ ok: true, status: 200, value: { number: 4 } });
		expect(second.ok).toBe(true);
		expect(stub.asked.map(({ what }) => what)).toEqual([
			"POST /app/installations/77/access_tokens",
			"GET /repos/5dlabs/cto/pulls/4",
			"GET /repos/5dlabs/cto/pulls/4",
		]);
		const [token, asked] = stub.asked;
		expect(token?.headers.get("authorization")).toMatch(/^bearer ey[\w-]+\.[\w-]+\.[\w-]+$/);
		expect(asked?.headers.get("authorization")).toBe("token ghs_of_77");
		expect(asked?.headers.get("user-agent")).toMatch(/^healer /);
		expect(asked?.headers.get("x-github-api-version")).toBe("2022-11-28");
		expect(asked?.host).toBe("api.github.com");
	});

	it("gets a new token some minutes before the old one ends", async () => {
		const stub = stubGitHub(forPull(pull));
		await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		stub.clock += 54 * 60_000;
		await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		expect(stub.tokens()).toBe(1);
		stub.clock += 2 * 60_000;
		await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		expect(stub.tokens()).toBe(2);
	});

	it("asks the server of GITHUB_API_URL", async () => {
		const stub = stubGitHub(forPull(pull), { GITHUB_API_URL: "https://ghe.test/api/v3/" });
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
		expect(stub.asked.map(({ host, what }) => `${host} ${what}`)).toEqual([
			"ghe.test POST /api/v3/app/installations/77/access_tokens",
			"ghe.test GET /api/v3/repos/5dlabs/cto/pulls/4",
		]);
	});

	it("finds the installation by the repository when the event names none, once", async () => {
		const stub = stubGitHub(forPull(pull));
		await stub.github.asInstallation({ repository: "5dlabs/cto" }, PULL_ROUTE, PULL);
		await stub.github.asInstallation({ repository: "5DLabs/CTO" }, PULL_ROUTE, PULL);
		expect(stub.asked.map(({ what }) => what)).toEqual([
			"GET /repos/5dlabs/cto/installation",
			"POST /app/installations/77/access_tokens",
			"GET /repos/5dlabs/cto/pulls/4",
			"GET /repos/5dlabs/cto/pulls/4",
		]);
	});

	it("finds it by the repository when the event's is another App's", async () => {
		const stub = stubGitHub(forPull(pull));
		const answer = await stub.github.asInstallation({ ...OF, installation_id: 99 }, PULL_ROUTE, PULL);
		expect(answer.ok).toBe(true);
		expect(stub.asked.map(({ what }) => what)).toEqual([
			"POST /app/installations/99/access_tokens",
			"GET /repos/5dlabs/cto/installation",
			"POST /app/installations/77/access_tokens",
			"GET /repos/5dlabs/cto/pulls/4",
		]);
	});

	it("gets another token, once, when the one it has is refused", async () => {
		let isRevoked = true;
		const refusal = () => Response.json({ message: "Bad credentials" }, { status: 401 });
		const stub = stubGitHub(forPull(() => (isRevoked ? refusal() : pull())));
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual({
			ok: false,
			failure: { reason: "forbidden", detail: "401: Bad credentials" },
		});
		expect(stub.tokens()).toBe(2);
		expect(stub.questions()).toHaveLength(2);
		isRevoked = false;
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
	});

	it("asks no more while GitHub limits it, and again when that is over", async () => {
		let isLimited = true;
		const limit = () =>
			Response.json({ message: "secondary rate limit" }, { status: 403, headers: { "retry-after": "90" } });
		const stub = stubGitHub(forPull(() => (isLimited ? limit() : pull())));
		const until = stub.clock + 90_000;
		const limited = { ok: false, failure: { reason: "rate_limited", until } };
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual(limited);
		isLimited = false;
		stub.clock = until - 1;
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual(limited);
		expect(stub.questions()).toHaveLength(1);
		stub.clock = until;
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
	});

	it("asks conditionally for what it has, and takes what it has for the answer", async () => {
		let title = "First";
		const stub = stubGitHub(({ what, headers }) => {
			if (!what.endsWith("/pulls/4")) return undefined;
			const etag = `W/"${title}"`;
			if (headers.get("if-none-match") === etag) return new Response(null, { status: 304, headers: { etag } });
			return Response.json({ number: 4, title }, { headers: { etag } });
		});
		const ask = () => stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		const given = [await ask(), await ask()];
		title = "Second";
		given.push(await ask());
		expect(given).toMatchObject([
			{ ok: true, status: 200, value: { title: "First" } },
			{ ok: true, status: 200, value: { title: "First" } },
			{ ok: true, status: 200, value: { title: "Second" } },
		]);
		const conditions = stub.asked.slice(1).map(({ headers }) => headers.get("if-none-match"));
		expect(conditions).toEqual([null, 'W/"First"', 'W/"First"']);
	});

	it("tries twice more when GitHub stumbles, and no more", async () => {
		let failures = 2;
		const stumble = () => Response.json({ message: "Server Error" }, { status: 502 });
		const stub = stubGitHub(forPull(() => (failures-- > 0 ? stumble() : pull())));
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
		expect(stub.questions()).toHaveLength(3);
		expect(vi.mocked(systemClock.sleep).mock.calls).toEqual([[250], [1000]]);
		failures = 99;
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual({
			ok: false,
			failure: { reason: "unavailable", detail: "502: Server Error" },
		});
		expect(stub.questions()).toHaveLength(6);
	});

	it("tries twice more when the connection is cut", async () => {
		let cuts = 2;
		const cut = () => Promise.reject(new TypeError("Network connection lost."));
		const stub = stubGitHub(forPull(() => (cuts-- > 0 ? cut() : pull())));
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
		cuts = 99;
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual({
			ok: false,
			failure: { reason: "unavailable", detail: "api.github.com refused or dropped the connection" },
		});
		expect(stub.questions()).toHaveLength(6);
	});

	it("gets its token although GitHub stumbles twice", async () => {
		let failures = 2;
		const stub = stubGitHub(({ what }) => {
			if (what.endsWith("/access_tokens") && failures-- > 0) return Response.json({}, { status: 503 });
			return what.endsWith("/pulls/4") ? pull() : undefined;
		});
		expect((await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).ok).toBe(true);
		expect(stub.tokens()).toBe(3);
	});

	it("sends a new comment once: whether GitHub made it before it stumbled is unknown", async () => {
		const stub = stubGitHub(({ what }) =>
			what.endsWith("/comments") ? Response.json({ message: "Server Error" }, { status: 502 }) : undefined,
		);
		const answer = await stub.github.asInstallation(OF, COMMENTS_ROUTE, { ...CTO, issue_number: 5, body: "b" });
		expect(answer).toEqual({ ok: false, failure: { reason: "unavailable", detail: "502: Server Error" } });
		expect(stub.questions()).toEqual(["POST /repos/5dlabs/cto/issues/5/comments"]);
	});

	it("changes a comment again when GitHub stumbles: twice is as good as once", async () => {
		let failures = 1;
		const stub = stubGitHub(({ what }) => {
			if (!what.startsWith("PATCH ")) return undefined;
			return failures-- > 0 ? Response.json({}, { status: 502 }) : Response.json({ id: 6 });
		});
		const route = "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}";
		expect((await stub.github.asInstallation(OF, route, { ...CTO, comment_id: 6, body: "b" })).ok).toBe(true);
		expect(stub.questions()).toHaveLength(2);
	});

	it("has four requests under way at most, and asks the next as soon as one is answered", async () => {
		const answers: (() => void)[] = [];
		let [underWay, most] = [0, 0];
		const stub = stubGitHub(({ what }) => {
			if (!what.includes("/pulls/")) return undefined;
			most = Math.max(most, ++underWay);
			return new Promise<Response>((resolve) =>
				answers.push(() => {
					underWay--;
					resolve(pull());
				}),
			);
		});
		await stub.github.asInstallation(OF, "GET /repos/{owner}/{repo}/installation", CTO);
		const asked = Array.from({ length: 6 }, (_, n) =>
			stub.github.asInstallation(OF, PULL_ROUTE, { ...CTO, pull_number: n + 1 }),
		);
		await vi.waitFor(() => expect(answers).toHaveLength(4));
		answers[0]?.();
		await asked[0];
		await vi.waitFor(() => expect(answers).toHaveLength(5));
		for (let n = 1; n < 6; n++) await vi.waitFor(() => (answers[n] ?? expect.fail())());
		expect(most).toBe(4);
		expect((await Promise.all(asked)).every(({ ok }) => ok)).toBe(true);
	});

	it("lets a second pass between what it writes; what it reads does not wait for that", async () => {
		const order: string[] = [];
		const pause = Promise.withResolvers<void>();
		const sleep = vi.spyOn(systemClock, "sleep").mockReturnValue(pause.promise);
		const stub = stubGitHub(({ what }) => {
			if (/comments|pulls/.test(what)) order.push(what.split(" ")[0] ?? "");
			return /comments|pulls/.test(what) ? Response.json({ id: 6 }, { status: 201 }) : undefined;
		});
		const write = () => stub.github.asInstallation(OF, COMMENTS_ROUTE, { ...CTO, issue_number: 5, body: "b" });
		await write();
		const second = write();
		await stub.github.asInstallation(OF, PULL_ROUTE, PULL);
		expect(order).toEqual(["POST", "GET"]);
		expect(sleep.mock.calls).toEqual([[1000]]);
		pause.resolve();
		await second;
		expect(order).toEqual(["POST", "GET", "POST"]);
	});

	it.each([
		["HTML", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
		["half of its JSON", () => new Response('{"number":', { headers: { "content-type": "application/json" } })],
		["more than it may", () => new Response(endless(), { headers: { "content-type": "application/json" } })],
	])("gets nothing of an answer that is %s", async (_, answer) => {
		const stub = stubGitHub(forPull(answer));
		expect(await stub.github.asInstallation(OF, PULL_ROUTE, PULL)).toEqual({
			ok: false,
			failure: { reason: "unavailable", detail: "an answer that is not JSON, or is truncated" },
		});
	});

	it("stops when it is called off", async () => {
		const stop = new AbortController();
		const stub = stubGitHub(forPull(() => new Promise(() => setTimeout(() => stop.abort(), 5))));
		const answer = await stub.github.asInstallation(OF, PULL_ROUTE, PULL, stop.signal);
		expect(answer).toMatchObject({ ok: false, failure: { reason: "unavailable" } });
	});
});

describe("a repository that was renamed or transferred", () => {
	const RUN = "GET /repos/{owner}/{repo}/actions/runs/{run_id}";
	const moved = (location: string, status: number) => new Response(null, { status, headers: { location } });

	it.each([301, 307, 308])("is asked for at its new path of the API, with the token, after %i", async (status) => {
		const stub = stubGitHub(({ what }) =>
			what === "GET /repositories/1/actions/runs/7"
				? Response.json({ id: 7 })
				: what.endsWith("/runs/7")
					? moved("https://api.github.com/repositories/1/actions/runs/7", status)
					: undefined,
		);
		expect(await stub.github.asInstallation(OF, RUN, { ...CTO, run_id: 7 })).toMatchObject({
			ok: true,
			value: { id: 7 },
		});
		expect(stub.asked.at(-1)?.headers.get("authorization")).toBe("token ghs_of_77");
	});

	it("is not asked for at another host", async () => {
		const stub = stubGitHub(({ what }) =>
			what.endsWith("/runs/7") ? moved("https://mallory.test/x", 301) : undefined,
		);
		expect(await stub.github.asInstallation(OF, RUN, { ...CTO, run_id: 7 })).toEqual({
			ok: false,
			failure: { reason: "unavailable", detail: "301, a redirect away from the API" },
		});
		expect(stub.asked.map(({ host }) => host)).not.toContain("mallory.test");
	});

	it("is given up when it moves without end", async () => {
		const stub = stubGitHub(({ what }) =>
			what.endsWith("/runs/7") ? moved("https://api.github.com/repos/5dlabs/cto/actions/runs/7", 301) : undefined,
		);
		expect(await stub.github.asInstallation(OF, RUN, { ...CTO, run_id: 7 })).toMatchObject({ ok: false });
		expect(stub.questions()).toHaveLength(4);
	});
});

describe("redirectOf", () => {
	const LOGS = "GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs";
	const to = (location: string, status = 302) => new Response(null, { status, headers: { location } });

	it("tells where GitHub sends one, and does not go there", async () => {
		const stub = stubGitHub(({ what }) => (what.endsWith("/logs") ? to("https://storage.test/log?sig=1") : undefined));
		const answer = await stub.github.redirectOf(OF, LOGS, { ...CTO, job_id: 12 });
		expect(answer).toMatchObject({ ok: true, status: 302, value: "https://storage.test/log?sig=1" });
		expect(stub.asked.map(({ host }) => host)).toEqual(["api.github.com", "api.github.com"]);
	});

	it("follows a renamed repository within the API, and leaves the log's storage without the token", async () => {
		const stub = stubGitHub(({ what }) => {
			if (what === "GET /repos/5dlabs/cto/actions/jobs/12/logs") {
				return to("https://api.github.com/repositories/1/actions/jobs/12/logs", 301);
			}
			return what.startsWith("GET /repositories/1/") ? to("https://storage.test/log?sig=1") : undefined;
		});
		const answer = await stub.github.redirectOf(OF, LOGS, { ...CTO, job_id: 12 });
		expect(answer).toMatchObject({ ok: true, status: 302, value: "https://storage.test/log?sig=1" });
		expect(stub.asked.at(-1)?.headers.get("authorization")).toBe("token ghs_of_77");
		expect(stub.asked.map(({ host }) => host)).not.toContain("storage.test");
	});

	it("says when there is no address", async () => {
		const stub = stubGitHub(({ what }) => (what.endsWith("/logs") ? Response.json({}) : undefined));
		expect(await stub.github.redirectOf(OF, LOGS, { ...CTO, job_id: 12 })).toEqual({
			ok: false,
			failure: { reason: "unavailable", detail: "200 without a location" },
		});
	});
});

function endless(): ReadableStream<Uint8Array> {
	const chunk = new TextEncoder().encode(" ".repeat(1024 * 1024));
	return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}
