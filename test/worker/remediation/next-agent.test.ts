import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EndedAttempt, nextAgent } from "../../../worker/remediation/next-agent.ts";

/** Attempts by these agents; `!` after one: it failed as the one before. */
function ended(...agents: string[]): EndedAttempt[] {
	return agents.map((written, index) => ({
		attempt: index + 1,
		agent: written.replace("!", ""),
		failure_type: "rust_clippy",
		escalated: false,
		result: "ci_still_failing",
		signature: written.endsWith("!") ? "alike" : `failure ${index}`,
	}));
}

const human = ["atlas", "human"];

describe("nextAgent", () => {
	it.each([
		["the router again while the chain keeps one", 3, human, ended("rex"), { do: "attempt", agent: undefined }],
		["the chain when only its share is left", 3, human, ended("rex", "rex"), { do: "attempt", agent: "atlas" }],
		["a person when all are used up", 3, human, ended("rex", "rex", "atlas"), { do: "notify_human" }],
		["the chain early after two failures alike", 5, human, ended("rex!", "rex!"), { do: "attempt", agent: "atlas" }],
		["a person early when nobody is left", 5, human, ended("rex", "atlas!", "atlas!"), { do: "notify_human" }],
		["nobody twice: who was routed to is not escalated to", 3, human, ended("atlas", "atlas"), { do: "attempt" }],
		["a person at once with one attempt", 1, human, ended("rex"), { do: "notify_human" }],
		["nobody where no person is named", 1, ["atlas"], ended("rex"), { do: "give_up" }],
	] as const)("asks %s", (_name, max_attempts, escalate, attempts, next) => {
		expect(nextAgent({ max_attempts, escalate }, attempts)).toMatchObject(next);
	});

	it("stays with the agent of the chain until the budget is used up", () => {
		const attempts = ended("rex!", "rex!", "atlas").map((one) => ({ ...one, escalated: one.agent === "atlas" }));
		expect(nextAgent({ max_attempts: 5, escalate: human }, attempts)).toMatchObject({ do: "attempt", agent: "atlas" });
	});

	it("asks a person when CI says nothing at all: another attempt could not be judged either", () => {
		const [one] = ended("rex");
		const attempts = one === undefined ? [] : [{ ...one, result: "ci_silent" as const, signature: null }];
		expect(nextAgent({ max_attempts: 3, escalate: human }, attempts)).toMatchObject({ do: "notify_human" });
	});

	it("never makes more attempts than the budget, whatever fails how", () => {
		const policy = fc.record({
			max_attempts: fc.integer({ min: 1, max: 8 }),
			escalate: fc.subarray(["bolt", "atlas", "cipher", "human"]),
		});
		const failures = fc.array(fc.constantFrom("a", "b"), { minLength: 30, maxLength: 30 });
		fc.assert(
			fc.property(policy, fc.constantFrom("rex", "atlas"), failures, (rules, routed, signatures) => {
				const done: EndedAttempt[] = [];
				for (const [index, signature] of signatures.entries()) {
					const next = done.length === 0 ? { do: "attempt" as const, agent: undefined } : nextAgent(rules, done);
					if (next.do !== "attempt") break;
					const [before] = ended("x");
					if (before === undefined) throw new Error("no attempt");
					done.push({
						...before,
						attempt: index + 1,
						agent: next.agent ?? routed,
						escalated: next.agent !== undefined,
						signature,
					});
				}
				expect(done.length).toBeLessThanOrEqual(rules.max_attempts);
				expect(nextAgent(rules, done).do).toBe(rules.escalate.includes("human") ? "notify_human" : "give_up");
				// Each agent of the chain gets its turn when the budget has room for all of them.
				const chain = rules.escalate.filter((name) => name !== "human" && name !== routed);
				if (rules.max_attempts > chain.length)
					for (const name of chain) expect(done.map(({ agent }) => agent)).toContain(name);
			}),
		);
	});
});
