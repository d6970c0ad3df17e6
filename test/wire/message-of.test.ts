import { expect, it } from "vitest";
import { messageOf } from "../../wire/message-of.ts";

it.each([
	[new Error("no such host"), "no such host"],
	// As JSONata throws.
	[{ code: "T2001", message: "wrong type" }, "wrong type"],
	["a text", "a text"],
	[undefined, "undefined"],
])("is the message of %j", (thrown, message) => {
	expect(messageOf(thrown)).toBe(message);
});
