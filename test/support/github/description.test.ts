import { describe, expect, it } from "vitest";
import { judge } from "./description.ts";
import { ROUTES } from "./routes.ts";

// These answers have no described shape.
const WITHOUT_FORM: readonly string[] = ["GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs"];
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

const TEXT_TYPE = { "content-type": "text/plain" };

describe("judge", () => {
	it("checks the answer of every route: an empty schema would accept everything", () => {
		for (const route of ROUTES.filter((one) => !WITHOUT_FORM.includes(one))) {
			expect([route, answersOf(route, 70)]).toEqual([route, "answer_not_allowed"]);
		}
	});

	it("checks the body of every request that has one", () => {
		// The body of a rerun is optional.
		const withBody = ROUTES.filter(
			(route) => /^(POST|PATCH) \/repos/.test(route) && !route.endsWith("/rerun-failed-jobs"),
		);
		expect(withBody).toHaveLength(8);
		for (const route of withBody) {
			expect([route, answersOf(route, {}, 70)]).toEqual([route, "not_allowed"]);
		}
	});

	it.each([
		["an invalid integer", { query: "per_page=many" }, "query per_page must be integer"],
		["a query twice", { query: "state=open&state=closed" }, "query state is there more than once"],
		["a body where none is described", { body: {} }, "a body is not described"],
	])("refuses %s", (_, { query = "", body }: { query?: string; body?: unknown }, problem) => {
		const request = { method: "get", path: "/repos/5dlabs/cto/pulls", headers: JSON_TYPE, body } as const;
		const judged = judge({ ...request, query: new URLSearchParams(query) }, () => expect.fail("it was let through"));
		expect(judged).toEqual({ kind: "not_allowed", problems: [problem] });
	});

	it.each([
		["a text, not JSON", { headers: TEXT_TYPE }, 'Request body is described as application/json, not as "text/plain"'],
		["no body", { body: undefined }, "Body parameter is required"],
		["a text for a list", { body: { title: "t", labels: "red" } }, "Request body property labels must be array"],
	])("refuses to open an issue with %s", (_, changed, problem) => {
		const request = {
			method: "post",
			path: "/repos/5dlabs/cto/issues",
			headers: JSON_TYPE,
			body: { title: "t" },
		} as const;
		const judged = judge({ ...request, query: new URLSearchParams(), ...changed }, () => expect.fail("let through"));
		expect(judged).toEqual({ kind: "not_allowed", problems: [problem] });
	});

	it.each([
		["of a status that is not described", { status: 204, headers: {} }, "Response 204 is not described"],
		["without its body", { status: 200, headers: {} }, "Response body is required"],
		[
			"of another media type",
			{ status: 404, headers: TEXT_TYPE, body: "no" },
			'Response body is described as application/json, not as "text/plain"',
		],
		[
			"with a number for a text",
			{ status: 404, headers: JSON_TYPE, body: { message: 5 } },
			"Response body property message must be string",
		],
	])("refuses the mock's answer %s", (_, answer, problem) => {
		const asked = { method: "get", path: "/repos/5dlabs/cto/pulls/7", headers: {}, body: undefined } as const;
		const judged = judge({ ...asked, query: new URLSearchParams() }, () => answer);
		expect(judged).toEqual({ kind: "answer_not_allowed", problems: [problem] });
	});

	it("allows an error that is not described", () => {
		const asked = { method: "get", path: "/repos/5dlabs/cto/pulls/7", headers: {}, body: undefined } as const;
		const answer = { status: 502, headers: TEXT_TYPE, body: "Bad Gateway" };
		expect(judge({ ...asked, query: new URLSearchParams() }, () => answer)).toEqual({ kind: "answered", answer });
	});
});

function answersOf(route: string, answer: unknown, body?: unknown): string {
	const [method = "", template = ""] = route.split(" ");
	const path = template.replaceAll(/\{\w*(id|number)\}/g, "7").replaceAll(/\{\w+\}/g, "x");
	const request = {
		method: method.toLowerCase() as "get",
		path,
		query: new URLSearchParams(),
		headers: JSON_TYPE,
		body: body ?? bodyFor(route),
	};
	const judged = [200, 201, 202].map((status) => judge(request, () => ({ status, headers: JSON_TYPE, body: answer })));
	// A status that the description does not list is rejected too; the listed one must be allowed.
	return judged.some(({ kind }) => kind === "answered") ? "answered" : (judged[0]?.kind ?? "");
}

function bodyFor(route: string): unknown {
	if (/^(GET|DELETE) |\/(attempts|conversions)$/.test(route)) return undefined;
	if (route.endsWith("/issues")) return { title: "t" };
	if (route.endsWith("/check-runs")) return { name: "Healer", head_sha: "a1" };
	if (route.endsWith("/reactions")) return { content: "eyes" };
	return route.endsWith("/labels") ? { labels: ["x"] } : { body: "b" };
}
