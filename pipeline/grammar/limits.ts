import * as z from "zod";
import { keys } from "./strict-keys.ts";

const ALL = "`settings.paused: true` stops all of them";

function limit(description: string) {
	return z.int().min(1, `is at least 1; ${ALL}`).max(1_000_000).optional().describe(description);
}

const counted = {
	active: limit("Unfinished CodeRuns at once."),
	per_hour: limit("CodeRuns created within any hour."),
	per_day: limit("CodeRuns created within any 24 hours."),
};

/** The limits of one repository or one agent. */
export const ownLimits = keys(
	{
		...counted,
		consecutive_failures: z
			.int()
			.min(2, "is at least 2: one failure is no series")
			.max(1000)
			.optional()
			.describe("After so many failed attempts in a row it is paused, until a person resumes it."),
	},
	"What is beyond a limit waits.",
);

/** How many CodeRuns there may be. Without a key nothing is limited. */
export const limits = keys(
	{
		...counted,
		repository: ownLimits.optional().describe("The limits of each repository."),
		agent: ownLimits.optional().describe("The limits of each agent."),
	},
	"How many CodeRuns this installation creates; what is beyond a limit waits.",
);
