import { describe, expect, it } from "vitest";
import { SOURCE_PARAMETERS } from "../../../pipeline/source-parameters.ts";
import { PARAMETERS } from "../../../relay/context/parameters.ts";

describe("PARAMETERS", () => {
	it("has what a pipeline's check lets through, for each source", () => {
		const checked = Object.entries(SOURCE_PARAMETERS).map(([name, known]) => [name, Object.keys(known).toSorted()]);
		const taken = Object.entries(PARAMETERS).map(([name, schema]) => [name, Object.keys(schema.shape).toSorted()]);
		expect(taken).toEqual(checked);
	});
});
