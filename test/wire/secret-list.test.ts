import { expect, it } from "vitest";
import { readSecretList } from "../../wire/secret-list.ts";

it.each([
	[undefined, []],
	["", []],
	[" , ", []],
	["one", ["one"]],
	[" one\n", ["one"]],
	["one,two", ["one", "two", "one,two"]],
	[" one,two  three\n,four ", ["one", "two", "three", "four", "one,two  three\n,four"]],
	["p@ss,word-1", ["p@ss", "word-1", "p@ss,word-1"]],
	[",one", ["one", ",one"]],
])("readSecretList(%j) returns each part, and the whole if it differs", (text, secrets) => {
	expect(readSecretList(text)).toEqual(secrets);
});
