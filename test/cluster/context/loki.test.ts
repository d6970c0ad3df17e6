import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LokiLines } from "../../../pipeline/context.ts";
import { pushLines, startLoki } from "../servers/loki.ts";
import type { RunningServer } from "../servers/running-server.ts";
import { askSource, BRANCHES } from "./support.ts";

const BUILD_MS = 40 * 60_000;
const MINUTE = 60_000;
const TENANT = "team-a";

describe("loki.query_range, from a real Loki", () => {
	let loki: RunningServer;
	const now = Date.now();
	beforeAll(async () => {
		loki = await startLoki({ tenants: true });
		const web = (minutes: number, line: string): readonly [number, string] => [now - minutes * MINUTE, line];
		await pushLines(
			loki.url,
			[
				{
					labels: { app: "web", pod: "web-1", namespace: "cto" },
					lines: [web(50, "error: too old"), web(20, "error: first"), web(10, "all is well"), web(5, "Error: last")],
				},
				{
					labels: { app: "web", pod: "web-2", namespace: "cto" },
					lines: [web(15, "panic: second\nmain.go:7\u001b[31m red"), web(1, "x".repeat(10_000))],
				},
				...BRANCHES.map((branch, at) => ({
					labels: { app: "branches", branch },
					lines: [web(3, `line ${at} of ${branch}`)],
				})),
				{
					labels: { app: "many" },
					lines: Array.from({ length: 300 }, (_, at) => [now - (300 - at) * 1000, `error ${at}`] as const),
				},
			],
			TENANT,
		);
		await pushLines(loki.url, [{ labels: { app: "web", pod: "theirs" }, lines: [web(1, "error: theirs")] }], "team-b");
		// If Loki has to be built first, once.
	}, BUILD_MS);
	afterAll(() => loki.stop());
	const ask = (parameters: Readonly<Record<string, unknown>>, tenant = TENANT) =>
		askSource("loki.query_range", parameters, {
			env: { LOKI_URL: loki.url, LOKI_ORG_ID: tenant, HEALER_QUERY_NAMESPACES: "*" },
		});

	it("returns the matching lines of the last half hour, newest first, of one tenant", async () => {
		const at = (minutes: number) => new Date(now - minutes * MINUTE).toISOString();
		expect(await ask({ query: '{app="web"} |~ "(?i)(error|panic)"' })).toEqual({
			status: "ok",
			data: {
				lines: [
					`${at(5)} web-1: Error: last`,
					`${at(15)} web-2: panic: second\\nmain.go:7 red`,
					`${at(20)} web-1: error: first`,
				],
			} satisfies LokiLines,
		});
	});

	it("goes back as far, and returns as many lines, as requested: the newest", async () => {
		expect(linesOf(await ask({ query: '{app="web"} |= "error"', since: "1h" }))).toHaveLength(2);
		const newest = linesOf(await ask({ query: '{app="many"}' }));
		expect(newest).toHaveLength(50);
		expect(newest.map((line) => / error (\d+)$/.exec(line)?.[1]).slice(0, 3)).toEqual(["299", "298", "297"]);
		expect(linesOf(await ask({ query: '{app="many"}', limit: 3 }))).toHaveLength(3);
	});

	it("cuts a long line, and marks the cut", async () => {
		const [line = ""] = linesOf(await ask({ query: '{pod="web-2"}' }));
		expect(line.length).toBeLessThan(3_100);
		expect(line).toMatch(/ web-2: x+\.\.\. \(cut, 10000 characters\)$/);
	});

	it("is empty when no line matches", async () => {
		expect(await ask({ query: '{app="nobody"}' })).toEqual({ status: "empty" });
		expect(await ask({ query: '{app="web"}' }, "team-c")).toEqual({ status: "empty" });
	});

	it.each([
		["{app=}", /^query: not understood at "}"$/],
		['{app=~"("}', /^Loki answered 400: parse error : error parsing regexp/],
		['count_over_time({app="web"}[5m])', /^query: give a query for log lines, without functions$/],
		['{app="$x"}', undefined],
	])("reports the problem with %j", async (query, why) => {
		const answer = await ask({ query });
		expect(answer).toEqual(
			why === undefined ? { status: "empty" } : { status: "failed", why: expect.stringMatching(why) },
		);
	});

	it.each([
		['{app="web"}', "cto", 5],
		['{app=~".+"}', "cto", 5],
		['{app="many"}', "cto", 0],
		['{app=~".+"} | label_format namespace="cto"', "shop", 0],
		['{namespace=~".*",app=`many`}', "cto", 0],
		['{namespace!="cto",app=~".+"}', "cto", 0],
	])("%s reads only the namespace %s", async (query, own, lines) => {
		const env = { LOKI_URL: loki.url, LOKI_ORG_ID: TENANT };
		const answer = await askSource("loki.query_range", { query }, { env, own });
		expect(answer.status === "empty" ? 0 : linesOf(answer).length).toBe(lines);
	});

	describe("a branch in a query", () => {
		it.each([...BRANCHES.entries()])("finds only its own lines (%i: %j)", async (at, branch) => {
			const own = [expect.stringContaining(`branches: line ${at} of `)];
			for (const matcher of ["branch=$branch", "branch=~$branch"]) {
				expect(linesOf(await ask({ query: `{app="branches",${matcher}}`, values: { branch } }))).toEqual(own);
			}
			// As text in the line, after a parser, and as an expression.
			const text = `of ${branch}`;
			const queries = ['{app="branches"} |= $text', '{app="branches"} |~ $text', '{app="branches"} | branch=$branch'];
			for (const query of queries) {
				const lines = linesOf(await ask({ query, values: { branch, text } }));
				expect(lines).toContainEqual(own[0]);
				const others = lines.filter((line) => !line.includes(`line ${at} of `));
				// Names that start with it.
				expect(
					others.every((line) =>
						BRANCHES.some((other) => other !== branch && other.startsWith(branch) && line.includes("of ")),
					),
				).toBe(true);
			}
		});

		it("is never read as anything else, whatever it is", async () => {
			const hostile = fc.oneof(
				fc.string({ unit: "binary", maxLength: 40 }),
				fc.string({ unit: fc.constantFrom(..."\"'`\\{}[]()=~!|,#$\n\r\0 .*+a"), maxLength: 20 }),
			);
			const queries = [
				'{app="branches",branch=$b}',
				'{app="branches",branch=~$b}',
				'{app="branches"} |= $b',
				'{app="branches"} |~ $b',
				'{app="branches"} | branch=~$b',
			];
			await fc.assert(
				fc.asyncProperty(hostile, fc.constantFrom(...queries), async (text, query) => {
					const answer = await ask({ query, values: { b: `none${text}` } });
					expect(answer.status).toBe(text.isWellFormed() ? "empty" : "failed");
				}),
				{ numRuns: 300 },
			);
		});
	});
});

function linesOf(answer: { readonly status: string; readonly data?: unknown }): readonly string[] {
	expect(answer.status).toBe("ok");
	return (answer.data as LokiLines).lines;
}
