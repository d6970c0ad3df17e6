import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindQuery } from "../../../relay/context/bind-query.ts";

const HOSTILE = 'x"} or {app=~".+';

describe("bindQuery", () => {
	it.each([
		["up", {}, "up"],
		['{app="web"} |= "error" # $branch', {}, '{app="web"} |= "error" # $branch'],
		["{branch=$branch}", { branch: "main" }, '{branch="main"}'],
		["{branch= $branch, app!=$app}", { branch: "a", app: "b" }, '{branch= "a", app!="b"}'],
		["{branch=$branch}", { branch: HOSTILE }, '{branch="x\\"} or {app=~\\".+"}'],
		["{branch=~$branch}", { branch: "a.*|b" }, '{branch=~"a\\\\.\\\\*\\\\|b"}'],
		["{a='$5'} |~ `^$x$` != $b", { b: "\\" }, "{a='$5'} |~ `^$x$` != \"\\\\\""],
		['{app="web"} | json | branch=$b |~ $b', { b: "é\n\u0000😀" }, bothTimes('"\\u00e9\\u000a\\u0000\\U0001f600"')],
		["{branch=$branch}", { branch: "$branch" }, '{branch="$branch"}'],
		["{branch=$branch}", { branch: "\ud800" }, '{branch="\\ufffd"}'],
	])("gives for %j with %j: %j", (query, values, bound) => {
		expect(bindQuery(query, values)).toEqual({ ok: true, query: bound });
	});

	it.each([
		["{branch=$branch}", {}, "there is no branch among its values"],
		["{branch=$toString}", {}, "there is no to among its values"],
		["{branch=$constructor}", {}, "there is no constructor among its values"],
		['{branch="$branch"}', { branch: "main" }, "write $branch without quotes around it"],
		['{branch="it is $branch"}', { branch: "main" }, "write $branch without quotes around it"],
		['{branch="main}', {}, "the text at 8 has no end"],
		["rate($metric[5m])", { metric: "up" }, "can only be compared with"],
		['label_replace(up, "a", $b, "", "")', { b: "$1" }, "can only be compared with"],
		["up == $b", { b: "1" }, "can only be compared with"],
		['{a="b"} | line_format $b', { b: "{{.x}}" }, "can only be compared with"],
		['{a="b"} | label_format x=$b', { b: "{{.x}}" }, "can only be compared with"],
		['{a="b"} | label_format y="z", x=$b', { b: "{{.x}}" }, "can only be compared with"],
		['{a="b"} | json x=$b', { b: "y" }, "can only be compared with"],
		['{a="b"} |> $b', { b: "<_>" }, "can only be compared with"],
		['{a="b"} | addr = ip($b)', { b: "::" }, "can only be compared with"],
	])("refuses %j with %j: %s", (query, values, why) => {
		expect(bindQuery(query, values)).toEqual({ ok: false, why: expect.stringContaining(why) });
	});

	it("gives one quoted text for whatever value", () => {
		fc.assert(
			fc.property(fc.string({ unit: "binary", maxLength: 60 }), (value) => {
				const bound = bindQuery("{branch=$branch,app=~$branch}", { branch: value });
				expect(bound).toEqual({
					ok: true,
					query: expect.stringMatching(/^\{branch="(?:[^"\\]|\\.)*",app=~"(?:[^"\\]|\\.)*"\}$/),
				});
			}),
		);
	});
});

function bothTimes(quoted: string): string {
	return `{app="web"} | json | branch=${quoted} |~ ${quoted}`;
}
