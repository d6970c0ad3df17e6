import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
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

describe("keysAt", () => {
	it("follows keys, lists and names that users choose", () => {
		const schema = pipelineJsonSchema();
		expect(keysAt(schema, ["route", 3])).toEqual(["name", "agent", "when", "evidence", "workflows", "files"]);
		expect(keysAt(schema, ["agents", "rex", "tools"])).toEqual(["local", "remote"]);
		expect(keysAt(schema, ["spawn", "spec", "env"])).toEqual([]);
	});
});
