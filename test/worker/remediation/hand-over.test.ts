import { describe, expect, it } from "vitest";
import type { AttemptResult } from "../../../worker/journal/statuses.ts";
import { isHandOver, isPartGreen, mayHandOverTo, namedSpecialist } from "../../../worker/remediation/hand-over.ts";

const AGENTS = ["rex", "blaze", "atlas"];

function ended(...attempts: readonly (readonly [string, AttemptResult])[]) {
	return attempts.map(([agent, result], index) => ({
		attempt: index + 1,
		agent,
		failure_type: "x",
		escalated: false,
		result,
		signature: null,
	}));
}

describe("isHandOver", () => {
	const rex = { agent: "rex", failure_category: "rust", jobs: ["lint-rust", "frontend-lint"] };
	it.each([
		["another field in the same job", { ...rex, agent: "blaze", failure_category: "frontend" }, true],
		["a job that turned green", { agent: "blaze", failure_category: "general", jobs: ["frontend-lint"] }, true],
		["the same agent", { ...rex, jobs: ["lint-rust"] }, false],
		[
			"another agent, because nothing is known of the logs",
			{ ...rex, agent: "atlas", failure_category: "general" },
			false,
		],
		["another agent, because a runner broke", { ...rex, agent: "atlas", failure_category: "runner" }, false],
		["jobs that nobody names", { agent: "atlas", failure_category: "general", jobs: [] }, false],
	])("says of %s: %s", (_what, now, isOne) => {
		expect(isHandOver(rex, now)).toBe(isOne);
	});
});

describe("isPartGreen", () => {
	it.each([
		[["a", "b"], ["b"], true],
		[["a"], ["b"], true],
		[["a"], ["a", "b"], false],
		[["a"], [], false],
		[[], ["a"], false],
	])("%s, then %s: %s", (before, now, isGreen) => {
		expect(isPartGreen(before, now)).toBe(isGreen);
	});
});

describe("mayHandOverTo", () => {
	it("hands over once to each agent, and never beyond twice the budget", () => {
		expect(mayHandOverTo("blaze", ended(["rex", "ci_still_failing"]), { max_attempts: 3 })).toBe(true);
		const once = ended(["rex", "handed_over"], ["blaze", "handed_over"], ["rex", "ci_still_failing"]);
		expect(mayHandOverTo("blaze", once, { max_attempts: 3 })).toBe(false);
		expect(mayHandOverTo("rex", once, { max_attempts: 3 })).toBe(false);
		expect(mayHandOverTo("atlas", once, { max_attempts: 3 })).toBe(true);
		expect(mayHandOverTo("atlas", ended(["rex", "agent_failed"], ["rex", "agent_failed"]), { max_attempts: 1 })).toBe(
			false,
		);
	});
});

describe("namedSpecialist", () => {
	it.each([
		["Not mine: the borrow checker.\nHealer-Hand-Over: rex", "rex"],
		["Healer-Hand-Over: blaze\n\n", "blaze"],
		["Healer-Hand-Over: rex\nbut I am not sure", undefined],
		["> Healer-Hand-Over: rex", undefined],
		["Healer-Hand-Over: rex, blaze", undefined],
		["Healer-Hand-Over: root", undefined],
		["Healer-Hand-Over: __proto__", undefined],
		["Healer-Hand-Over: atlas", undefined],
		["healer-hand-over: rex", undefined],
		["", undefined],
		[null, undefined],
	])("reads %j as %s", (message, named) => {
		expect(namedSpecialist(message, "atlas", AGENTS)).toBe(named);
	});
});
