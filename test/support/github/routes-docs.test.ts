import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ROUTES } from "./routes.ts";

const ROOT = path.join(import.meta.dirname, "../../..");
const ROUTE = /["`]((?:GET|POST|PATCH|PUT|DELETE) \/(?:app|repos)\b[^"`]*)["`]/g;

function routesIn(text: string): string[] {
	return [...text.matchAll(ROUTE)].map(([, route = ""]) => route);
}

describe("docs/github.md", () => {
	const asked = globSync("worker/**/*.ts", { cwd: ROOT }).flatMap((file) =>
		routesIn(readFileSync(path.join(ROOT, file), "utf8")),
	);

	it("lists exactly the requests of the worker", () => {
		const documented = routesIn(readFileSync(path.join(ROOT, "docs/github.md"), "utf8"));
		expect(documented.toSorted()).toEqual([...new Set(asked)].toSorted());
	});

	it("lists only routes of the GitHub mock", () => {
		const known: readonly string[] = ROUTES;
		expect(asked.filter((route) => !known.includes(route))).toEqual([]);
	});
});
