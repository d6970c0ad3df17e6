import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { RIGHTS, TOKEN_VARIABLES } from "../../worker/http/rights.ts";
import { routes } from "../../worker/http/routes.ts";
import { tableOf } from "../support/markdown.ts";

const FILE = "docs/access.md";

describe("docs/access.md", () => {
	it("lists every route with what it needs", () => {
		const documented = tableOf(FILE, "| route | needs | |").map(([route, need]) => [route, need]);
		expect(documented).toEqual(routes.map(({ name, need }) => [name.replaceAll(/:(\w+)/g, "{$1}"), need]));
	});

	it("lists every right with its tokens", () => {
		const documented = tableOf(FILE, "| right | allows | tokens |").map(([right, , tokens]) => [right, tokens]);
		const own = TOKEN_VARIABLES.flatMap(({ variable, rights: [right, ...more] }) =>
			more.length === 0 ? [[right, variable]] : [],
		);
		expect(documented).toEqual(own);
		expect(documented.map(([right]) => right)).toEqual([...RIGHTS]);
	});

	it("says what each command needs", () => {
		const source = (name: string) =>
			readFileSync(path.join(import.meta.dirname, "../../cli", `${name === "resume" ? "pause" : name}.ts`), "utf8");
		for (const [commands = "", need] of tableOf(FILE, "| commands | need |")) {
			for (const [, name = ""] of commands.matchAll(/(\w+)/g)) {
				expect([name, /(?:withWorker|workerAt)\(options, (?:env, )?"(\w+)"/.exec(source(name))?.[1]]).toEqual([
					name,
					need,
				]);
			}
		}
	});
});
