import { readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { SHIPPED_AGENTS } from "../../../pipeline/grammar/editor-hints.ts";
import { keysAt, pipelineJsonSchema } from "../../../pipeline/grammar/json-schema.ts";

describe("pipelineJsonSchema", () => {
	it("equals pipeline.schema.json (else run `npx healer build --schema`)", () => {
		const written = readFileSync(new URL("../../../pipeline.schema.json", import.meta.url), "utf8");
		expect(written).toBe(`${JSON.stringify(pipelineJsonSchema(), undefined, "\t")}\n`);
	});

	it("describes every key, for editors", () => {
		const undescribed: string[] = [];
		const look = (schema: unknown, path: string): void => {
			if (typeof schema !== "object" || schema === null) return;
			const { properties = {}, additionalProperties, items } = schema as Record<string, unknown>;
			for (const [name, child] of Object.entries(properties as Record<string, object>)) {
				if (!("description" in child)) undescribed.push(`${path}.${name}`);
				look(child, `${path}.${name}`);
			}
			look(additionalProperties, `${path}.*`);
			look(items, `${path}[]`);
		};
		look(pipelineJsonSchema(), "");
		expect(undescribed).toEqual([]);
	});
});

describe("pipeline.schema.json", () => {
	const text = readFileSync(new URL("../../../pipeline.yaml", import.meta.url), "utf8");
	const shipped = parse(text);
	const { events } = parse(readFileSync(new URL("../../../packs/github/events.yaml", import.meta.url), "utf8"));
	const isValid = new Ajv2020({ strict: false }).compile(pipelineJsonSchema());

	it("is named by the first line of the shipped pipeline, which it accepts", () => {
		expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./pipeline.schema.json");
		expect([isValid(shipped), isValid.errors]).toEqual([true, null]);
	});

	it.each<[string, object]>([
		["an unknown key", { ...shipped, nonsense: 1 }],
		["an event of GitHub's without a kind", { ...shipped, events: { workflow_job: { incident: {} } } }],
		["an event's name with a space", { ...shipped, events: { "my event": events.workflow_job } }],
		["an agent with a capital letter", { ...shipped, route: [{ name: "default", agent: "Rex" }] }],
	])("rejects %s", (_, file) => {
		expect(isValid(file)).toBe(false);
	});

	it("accepts a file that leaves to its packs what they have, and none without packs", () => {
		const { version, extends: packs, settings, agents } = shipped;
		const own = { version, settings, agents, spawn: { namespace: "acme" }, context: { loki: { timeout: "3s" } } };
		expect([isValid({ ...own, extends: packs }), isValid.errors]).toEqual([true, null]);
		expect(isValid(own)).toBe(false);
	});

	it("accepts internal events and the user's own agents", () => {
		const { workflow_job } = events;
		const own = {
			...shipped,
			events: { deploy_failure: { ...workflow_job, on: "deploy_failed" } },
			route: [{ name: "default", agent: "ferris" }],
			outcome: { escalate: ["ferris", "human"] },
		};
		expect([isValid(own), isValid.errors]).toEqual([true, null]);
	});

	it("suggests GitHub's events, and the agents of the shipped pipeline", () => {
		const schema = pipelineJsonSchema();
		expect(keysAt(schema, ["events"])).toContain("workflow_run");
		expect(keysAt(schema, ["events", "workflow_run"])).toEqual(keysAt(schema, ["events", "deploy_failure"]));
		expect(keysAt(schema, ["lifecycle", "push", "about"])).toContain("branch");
		expect(Object.keys(shipped.agents)).toEqual([...SHIPPED_AGENTS]);
	});
});

describe("keysAt", () => {
	it("follows keys, lists and names that users choose", () => {
		const schema = pipelineJsonSchema();
		expect(keysAt(schema, ["route", 3])).toEqual(["name", "agent", "when", "evidence", "workflows", "files"]);
		expect(keysAt(schema, ["agents", "rex", "tools"])).toEqual(["local", "remote"]);
		expect(keysAt(schema, ["spawn", "spec", "env"])).toEqual([]);
	});
});
