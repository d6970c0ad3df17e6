import { readFileSync } from "node:fs";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { payloadFields } from "../../../pipeline/build/scopes/payload-fields.ts";
import { follow, KnownTexts, type Shape } from "../../../pipeline/build/scopes/shape.ts";
import { cutPayloads } from "../../support/cut-payloads.ts";

const SHAPES = new URL("../../../pipeline/build/payload-shapes.json", import.meta.url);

function find(event: string, path: string): Shape | undefined {
	const fields = payloadFields(event);
	const way = fields && follow(path.split("."), fields);
	return way?.kind === "there" ? way.shape : undefined;
}

describe("payloadFields", () => {
	it("equals the output of `npm run payloads`", () => {
		expect(readFileSync(SHAPES, "utf8")).toBe(cutPayloads());
	});

	it("knows the fields of every action, through lists, references and alternatives", () => {
		expect(find("workflow_job", "workflow_job.steps.conclusion")).toBeInstanceOf(KnownTexts);
		expect(find("workflow_run", "workflow_run.pull_requests.head.ref")).toEqual({});
		expect(find("check_run", "requested_action.identifier")).toEqual({});
		expect(find("pull_request", "label.name")).toEqual({});
		expect(find("issue_comment", "issue.pull_request.url")).toEqual({});
		expect(find("sub_issues", "sub_issue.title")).toEqual({});
		expect(find("repository_vulnerability_alert", "alert.affected_package_name")).toEqual({});
	});

	it("knows the allowed texts of a field", () => {
		expect(find("workflow_run", "action")).toEqual(new KnownTexts(["completed", "in_progress", "requested"]));
		expect(find("status", "state")).toEqual(new KnownTexts(["error", "failure", "pending", "success"]));
	});

	it("knows which fields are numbers", () => {
		expect(find("workflow_run", "workflow_run.id")).toBe("number");
		expect(find("pull_request", "pull_request.number")).toBe("number");
		expect(find("workflow_run", "workflow_run.head_sha")).toEqual({});
	});

	it("allows anything in a free-form part of a payload", () => {
		expect(find("repository_dispatch", "client_payload.whatever.it.is")).toBe("any");
		expect(payloadFields("play_stage_failure")).toBeUndefined();
		expect(payloadFields("constructor")).toBeUndefined();
	});

	it("knows every field and text of GitHub's examples", () => {
		const wrong: string[] = [];
		const look = (value: unknown, shape: Shape | undefined, path: string): void => {
			if (shape === "any" || value === null) return;
			if (shape === undefined) wrong.push(path);
			else if (Array.isArray(value)) for (const item of value) look(item, shape, path);
			else if (shape === "number") {
				if (typeof value !== "number") wrong.push(`${path} = ${JSON.stringify(value)}`);
			} else if (shape instanceof KnownTexts) {
				if (!shape.open && !shape.texts.includes(String(value))) wrong.push(`${path} = ${value}`);
			} else if (typeof value === "object") {
				for (const [name, field] of Object.entries(value)) look(field, shape[name], `${path}.${name}`);
			}
		};
		for (const { name, examples: payloads } of examples) {
			for (const payload of payloads) look(payload, payloadFields(name), name);
		}
		expect(wrong).toEqual([]);
	});
});
