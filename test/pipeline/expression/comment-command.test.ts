import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommentCommand } from "../../../pipeline/expression/comment-command.ts";
import { callFunction } from "../../../pipeline/expression/functions.ts";
import { ownAgents } from "../../../pipeline/own-agents.ts";
import { cpuSeconds } from "../../support/cpu-seconds.ts";

const agents = ownAgents({ rex: { github_app: "5DLabs-Rex" }, blaze: { github_app: "5DLabs-Blaze" } });
const read = (...lines: string[]) => readCommentCommand(lines.join("\n"), agents);

describe("readCommentCommand", () => {
	it.each([
		["/healer fix", { name: "fix" }],
		["  /healer   FIX  ", { name: "fix" }],
		["/healer", { name: "help" }],
		["/Healer status", { name: "status" }],
		["/healer fix Rex the lock file", { name: "fix", args: "Rex the lock file", agent: "rex" }],
		["/healer fix the lock file of rex", { name: "fix", args: "the lock file of rex" }],
		["Thanks!\r\n\r\n/healer stop\r\nbye", { name: "stop" }],
		["- a list\n/healer retry", { name: "retry" }],
		["> a quotation\n\n/healer retry", { name: "retry" }],
		["```\ncode\n```\n/healer retry", { name: "retry" }],
		["it`s\n/healer retry", { name: "retry" }],
		["`code` and\n/healer retry", { name: "retry" }],
		["/healer status\n/healer fix", { name: "status" }],
	])("takes %j", (text, command) => {
		expect(read(text)).toEqual(command);
	});

	it.each([
		["in the middle of a line", "please /healer fix"],
		["as part of a word", "/healerfix"],
		["in a list's item", "- /healer fix"],
		["in a quotation", "> /healer fix"],
		["in a quotation that goes on without its mark", "> said\n/healer fix"],
		["in a fenced block", "```\n/healer fix\n```"],
		["in a block of tildes that has backticks", "~~~sh\n```\n/healer fix\n~~~"],
		["in a longer fence", "````\n```\n/healer fix\n````"],
		["in a fence that nothing ends", "```\n/healer fix"],
		["in a fence that a list opens", "1. ```\n   /healer fix\n   ```"],
		["indented as code", "    /healer fix"],
		["indented by a tab", "\t/healer fix"],
		["in inline code", "`/healer fix`"],
		["in inline code over several lines", "so `this\n/healer fix\nthat` is code"],
		["in an HTML comment", "<!--\n/healer fix\n-->"],
		["in an HTML block", "<pre>\n/healer fix\n</pre>"],
		["by another slash", "//healer fix"],
		["in nothing", ""],
	])("takes nothing %s", (_, text) => {
		expect(read(text)).toBeUndefined();
	});

	it("takes linear time, and finds no false commands", () => {
		const hostile = ["`\n/healer fix".repeat(20_000), "<!--".repeat(50_000), "1. ".repeat(50_000), "`".repeat(200_000)];
		const readAll = () => {
			for (const text of hostile) read(text);
		};
		expect(cpuSeconds(readAll)).toBeLessThan(2);
		const quoted = fc.array(fc.constantFrom("> /healer fix", ">", "> `", "> ```", "> <!--"), { minLength: 1 });
		fc.assert(fc.property(quoted, (lines) => read(...lines) === undefined));
	});
});

describe("$ours", () => {
	it("recognises only our agents' Apps by their logins", () => {
		const ours = (login: unknown) => callFunction("ours", { agents }, [login]);
		expect(["5dlabs-rex[bot]", "5DLabs-Blaze[bot]"].map(ours)).toEqual([true, true]);
		expect(["5dlabs-rex", "5dlabs-rexx[bot]", "rex[bot]", "x5dlabs-rex[bot]", ""].map(ours)).toEqual(
			Array(5).fill(false),
		);
		expect(ours(undefined)).toBeUndefined();
	});
});
