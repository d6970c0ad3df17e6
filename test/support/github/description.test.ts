import { describe, expect, it } from "vitest";
import { type Description, loadDescription } from "./description.ts";
import { ROUTES } from "./routes.ts";

// These answer with nothing that has a form.
const WITHOUT_FORM: readonly string[] = ["GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs"];
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

describe("loadDescription", () => {
	it("checks the answer of every route: a schema that Prism cannot compile would let all through", async () => {
		const description = await loadDescription();
		for (const route of ROUTES.filter((one) => !WITHOUT_FORM.includes(one))) {
			expect([route, await answersOf(description, route, 70)]).toEqual([route, "answer_not_allowed"]);
		}
	});

	it("checks the body of every request that has one", async () => {
		const description = await loadDescription();
		const withBody = ROUTES.filter((route) => /^(POST|PATCH) \/repos/.test(route));
		expect(withBody).toHaveLength(6);
		for (const route of withBody) {
			expect([route, await answersOf(description, route, {}, 70)]).toEqual([route, "not_allowed"]);
		}
	});
});

async function answersOf(description: Description, route: string, answer: unknown, body?: unknown): Promise<string> {
	const [method = "", template = ""] = route.split(" ");
	const path = template.replaceAll(/\{\w*(id|number)\}/g, "7").replaceAll(/\{\w+\}/g, "x");
	const request = {
		method: method.toLowerCase() as "get",
		path,
		query: new URLSearchParams(),
		headers: JSON_TYPE,
		body: body ?? bodyFor(route),
	};
	const judged = await Promise.all(
		[200, 201, 202].map((status) => description.judge(request, () => ({ status, headers: JSON_TYPE, body: answer }))),
	);
	// The status that the description does not list is refused as well; the one that it lists has to be, too.
	return judged.some(({ kind }) => kind === "answered") ? "answered" : (judged[0]?.kind ?? "");
}

function bodyFor(route: string): unknown {
	if (route.startsWith("GET") || route.startsWith("DELETE")) return undefined;
	if (route.endsWith("/issues")) return { title: "t" };
	if (route.endsWith("/reactions")) return { content: "eyes" };
	return route.endsWith("/labels") ? { labels: ["x"] } : { body: "b" };
}
