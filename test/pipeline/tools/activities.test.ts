import { describe, expect, it } from "vitest";
import { activityOf, activityOfCommand, failureOfActivity } from "../../../pipeline/tools/activities.ts";

describe("what a step does", () => {
	it.each([
		["Run unit tests", ["_test"]],
		["🧪 Test (macos-latest)", ["_test"]],
		["end-to-end", ["_test"]],
		["typeCheck", ["_typescript", "_lint", "_build"]],
		["Check formatting", ["_format", "_lint"]],
		["Static analysis", ["_lint", "_clippy", "_code_scanning"]],
		["Install dependencies", ["_dependency"]],
		["Compile", ["_build"]],
		["Deploy to staging", ["_deploy"]],
		["Scan artefacts", ["_code_scanning"]],
		["Build and test", []],
		["Attest", []],
		["Latest", []],
		["Run", []],
		["", []],
	])("%j ends as %j", (name, ends) => expect(activityOf(name)).toEqual(ends));

	it("is the failure with the most telling end, wherever it stands", () => {
		const failures = [{ type: "rust_build" }, { type: "rust_clippy" }, { type: "rust_format" }];
		expect(failureOfActivity(failures, ["_format", "_lint"])).toEqual({ type: "rust_format" });
		expect(failureOfActivity(failures, ["_lint", "_clippy"])).toEqual({ type: "rust_clippy" });
		expect(failureOfActivity(failures, ["_test"])).toBeUndefined();
		expect(failureOfActivity(failures, [])).toBeUndefined();
	});
});

describe("what a command does", () => {
	it.each([
		["tomlfmt -d -p Cargo.toml", ["_format", "_lint"]],
		["+nightly fmt --check", ["_format", "_lint"]],
		["eunit", ["_test"]],
		["migrate lint --latest 1", ["_lint", "_clippy", "_code_scanning"]],
		["build test", ["_test"]],
		["build ./tests", ["_build"]],
		["test build_plan", ["_test"]],
		["deps.get", ["_dependency"]],
		["run tests/lint.py", []],
		["-c test.toml", []],
		["", []],
	])("%j ends as %j", (words, ends) => expect(activityOfCommand(words.split(" "))).toEqual(ends));
});
