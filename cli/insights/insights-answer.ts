import * as z from "zod";
import type { Insights } from "../../worker/api/insights/shapes.ts";

const share = z.number().nullable();
const count = z.number();

const figures = {
	incidents: count,
	attempts: count,
	remediations: count,
	fixed: count,
	fix_rate: share,
	time_to_fix: z.object({ p50_s: z.number().nullable(), p90_s: z.number().nullable(), of: count }),
	duplicates: z.object({ prevented: count, made: count, rate: share }),
	routing: z.object({ right: count, corrected: count, rate: share }),
	// A worker of an older version does not send it.
	agent_time: z
		.object({ total_s: count, per_fix_s: z.number().nullable(), of: count })
		.default({ total_s: 0, per_fix_s: null, of: 0 }),
	flaky: count,
};

const groups = z.array(z.object({ value: z.string(), ...figures }));

/** The answer of `GET /api/insights`. */
export const insightsAnswer = z.object({
	since: z.string(),
	repository: z.string().nullable(),
	targets: z.array(
		z.object({
			name: z.enum(["routing", "duplicates_prevented", "time_to_fix_p50", "fix_rate"]),
			unit: z.enum(["share", "seconds"]),
			target: z.number(),
			actual: z.number().nullable(),
			met: z.boolean().nullable(),
			count,
			of: count,
		}),
	),
	total: z.object(figures),
	by: z.object({ agent: groups, failure_type: groups, rule: groups, repository: groups, day: groups }),
	suggestions: z.array(
		z.object({
			rule: z.string(),
			agent: z.string(),
			instead: z.string(),
			chosen: count,
			fixed: count,
			wrong: count,
			// Workers of older versions do not send these two.
			by_person: count.default(0),
			route: z.object({ name: z.string(), agent: z.string(), when: z.string() }).nullable().default(null),
			failure_type: z.string().nullable(),
			incidents: z.array(z.string()),
			text: z.string(),
		}),
	),
}) satisfies z.ZodType<Insights>;
