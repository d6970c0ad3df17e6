import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bindQuery } from "../../../relay/context/bind-query.ts";
import { anyText } from "../../support/any-text.ts";

const HOSTILE = 'x"} or {app=~".+';

describe("bindQuery", () => {
	it.each([
		["up", {}, "up"],
		['{app="web"} |= "error" # $branch', {}, '{app="web"} |= "error"  '],
		["{branch=$branch}", { branch: "main" }, '{branch="main"}'],
		["{branch= $branch, app!=$app}", { branch: "a", app: "b" }, '{branch= "a", app!="b"}'],
		["{branch=$branch}", { branch: HOSTILE }, '{branch="x\\"} or {app=~\\".+"}'],
		["{branch=~$branch}", { branch: "a.*|b" }, '{branch=~"a\\\\.\\\\*\\\\|b"}'],
		["{a='$5'} |~ `^$x$` != $b", { b: "\\" }, "{a='$5'} |~ `^$x$` != \"\\\\\""],
		['{app="web"} | json | branch=$b |~ $b', { b: "é\n\u0000😀" }, bothTimes('"\\u00e9\\u000a\\u0000\\U0001f600"')],
		["{branch=$branch}", { branch: "$branch" }, '{branch="$branch"}'],
		["{branch=$branch}", { branch: "\ud800" }, '{branch="\\ufffd"}'],
	])("turns %j with %j into %j", (query, values, bound) => {
		expect(bindQuery(query, values)).toEqual({ ok: true, query: bound });
	});

	it.each([
		["{branch=$branch}", {}, "values has no branch"],
		["{branch=$toString}", {}, "values has no to"],
		["{branch=$constructor}", {}, "values has no constructor"],
		['{branch="$branch"}', { branch: "main" }, "write $branch without quotes around it"],
		['{branch="it is $branch"}', { branch: "main" }, "write $branch without quotes around it"],
		['{branch="main}', {}, "the quoted text at 8 is not closed"],
		["rate($metric[5m])", { metric: "up" }, "is allowed only in a comparison"],
		['label_replace(up, "a", $b, "", "")', { b: "$1" }, "is allowed only in a comparison"],
		["up == $b", { b: "1" }, "is allowed only in a comparison"],
		['{a="b"} | line_format $b', { b: "{{.x}}" }, "is allowed only in a comparison"],
		['{a="b"} | label_format x=$b', { b: "{{.x}}" }, "is allowed only in a comparison"],
		['{a="b"} | label_format y="z", x=$b', { b: "{{.x}}" }, "is allowed only in a comparison"],
		['{a="b"} | json x=$b', { b: "y" }, "is allowed only in a comparison"],
		['{a="b"} |> $b', { b: "<_>" }, "is allowed only in a comparison"],
		['{a="b"} | addr = ip($b)', { b: "::" }, "is allowed only in a comparison"],
	])("refuses %j with %j: %s", (query, values, why) => {
		expect(bindQuery(query, values)).toEqual({ ok: false, why: expect.stringContaining(why) });
	});

	it("quotes any value as one text", () => {
		fc.assert(
			fc.property(anyText({ maxLength: 60 }), (value) => {
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
