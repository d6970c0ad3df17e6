import { describe, expect, it } from "vitest";
import type { Context, Incident } from "../../../pipeline/index.ts";
import { enrichIncident } from "../../../pipeline/stages/incident-facts.ts";

const incident: Incident = {
	...{ id: "0".repeat(32), kind: "ci", event: "workflow_job", delivery_id: "d-1", repository: "5dlabs/cto" },
	...{ branch: "main", workflow: { name: "CI" } },
};
const part = (from: string, data: object): Context[string] => ({ from, took_ms: 1, status: "ok", data });

describe("enrichIncident", () => {
	it("adds the run's branch, its actor and its workflow file", () => {
		const run = part("github.run", {
			...{ head_repository: "mallory/cto", head_branch: "other", head_sha: "1".repeat(40) },
			...{ actor: { login: "mallory", type: "User" }, workflow: { name: "CI 2", path: ".github/workflows/ci.yaml" } },
		});
		expect(enrichIncident(incident, { run })).toEqual({
			...incident,
			head_repository: "mallory/cto",
			head_sha: "1".repeat(40),
			actor: { login: "mallory", type: "User" },
			workflow: { name: "CI", path: ".github/workflows/ci.yaml" },
		});
	});

	it("adds only the fork of its own branch's pull request", () => {
		const pull = (head_branch: string) =>
			part("github.pull_request", { number: 7, title: "Change it", head_branch, head_repository: "mallory/cto" });
		expect(enrichIncident(incident, { pull: pull("main") })).toMatchObject({
			pr_number: 7,
			head_repository: "mallory/cto",
		});
		expect(enrichIncident(incident, { pull: pull("other") })).not.toHaveProperty("head_repository");
	});

	it("adds nothing from parts that failed, or have another shape", () => {
		const context: Context = {
			run: { from: "github.run", took_ms: 1, status: "failed", why: "HTTP 500" },
			pull: part("github.pull_request", { number: "seven", head_branch: ["main"] }),
		};
		expect(enrichIncident(incident, context)).toEqual(incident);
	});
});
