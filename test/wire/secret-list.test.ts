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
])("readSecretList(%j) gives each part, and the whole where that is another one", (text, secrets) => {
	expect(readSecretList(text)).toEqual(secrets);
});
