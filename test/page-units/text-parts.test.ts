import { describe, expect, it } from "vitest";
import { textParts } from "../../page/parts/text-parts.ts";

const ID = "fb142ad21bc52775751d9fbd815f06d0";

describe("textParts", () => {
	it("finds addresses, incidents and claims in a sentence", () => {
		expect(textParts(`behind incident ${ID}, which waits for claim:acme/api#1|branch|fix/parser`)).toEqual([
			{ kind: "text", text: "behind incident " },
			{ kind: "incident", id: ID },
			{ kind: "text", text: ", which waits for " },
			{ kind: "claim", name: "branch", value: "fix/parser" },
		]);
		expect(textParts("CI passed: https://github.com/acme/shop/actions/runs/19584020114.")).toEqual([
			{ kind: "text", text: "CI passed: " },
			{
				kind: "address",
				address: "https://github.com/acme/shop/actions/runs/19584020114",
				text: "run 19584020114",
			},
			{ kind: "text", text: "." },
		]);
	});

	it.each(["", "3 attempts are used up", "javascript:alert(1)", "http://", `x${ID}x`])("leaves %j as it is", (text) => {
		expect(textParts(text)).toEqual(text === "" ? [] : [{ kind: "text", text }]);
	});
});
