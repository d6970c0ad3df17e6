import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../wire/durations.ts";

const UNITS = { d: DAY_MS, h: HOUR_MS, m: MINUTE_MS, s: 1000 } as const;

/** `6d 3h`, `9m`: in ms. */
const duration = z
	.string()
	.regex(/^\d+[dhms]( \d+[dhms])*$/)
	.transform((text) =>
		text
			.split(" ")
			.reduce((sum, part) => sum + Number(part.slice(0, -1)) * UNITS[part.slice(-1) as keyof typeof UNITS], 0),
	);

const pull = z.strictObject({ number: z.number(), title: z.string(), by: z.string().default("lena-k") });

/** What happens to an incident later. `after` counts from its delivery. */
const step = z.strictObject({
	after: duration,
	/** The agent of the newest attempt ends so; with the pull request that it opened, and what it says. */
	agent: z.enum(["Succeeded", "Failed"]).optional(),
	pull: z.number().optional(),
	says: z.string().optional(),
	/** The workflow runs on what was pushed last: by the agent, or by this person. */
	ci: z.enum(["success", "failure"]).optional(),
	by: z.string().optional(),
	/** The failed run is run again. */
	rerun: z.enum(["success", "failure"]).optional(),
	/** The workflow runs on the default branch. */
	main: z.enum(["success", "failure"]).optional(),
	/** The pull request is closed, merged or not. */
	merged: z.boolean().optional(),
	/** A person acts on the page or with the command line. */
	do: z.enum(["stop", "retry", "release"]).optional(),
	/** The agent that `retry` gives it to. */
	to: z.string().optional(),
	/** Somebody comments on the pull request. */
	comment: z.string().optional(),
	/** The alert is closed so. */
	resolved: z.enum(["fixed", "dismissed"]).optional(),
});

/** One failure, and what became of it. */
const failure = z.strictObject({
	/** Before the end of the demo's history. */
	ago: duration,
	repository: z.string(),
	branch: z.string().default("main"),
	by: z.string().default("lena-k"),
	message: z.string().default("Tidy up"),
	pull: pull.optional(),
	/** Paths that the branch changes. */
	files: z.array(z.string()).default([]),
	/** A run of GitHub Actions, with the log of its failed job: a sample of `packs/tools/samples`. */
	run: z
		.strictObject({ id: z.number(), workflow: z.string(), job: z.string(), step: z.string(), log: z.string() })
		.optional(),
	/** A check run of another App. */
	check: z.strictObject({ app: z.string(), name: z.string(), title: z.string(), summary: z.string() }).optional(),
	dependabot: z
		.strictObject({ number: z.number(), package: z.string(), severity: z.string(), summary: z.string() })
		.optional(),
	secret: z.strictObject({ number: z.number(), type: z.string() }).optional(),
	review: z.strictObject({ by: z.string(), body: z.string() }).optional(),
	/** A person asks for a fix in a comment. */
	command: z.string().optional(),
	// biome-ignore lint/suspicious/noThenProperty: data, never awaited; it reads as it happens.
	then: z.array(step).default([]),
	/** The relay's clock is wrong for so long: it refuses what the worker signs. */
	relay_away: duration.optional(),
});

/** A delivery that starts nothing. */
const ignored = z.strictObject({
	ago: duration,
	event: z.string(),
	repository: z.string(),
	payload: z.record(z.string(), z.unknown()),
});

const scenario = z.strictObject({ failures: z.array(failure), ignored: z.array(ignored) });

export type DemoFailure = z.infer<typeof failure>;
export type DemoStep = z.infer<typeof step>;
export type DemoIgnored = z.infer<typeof ignored>;
export type Scenario = z.infer<typeof scenario>;

/** What happened at Acme in the week before. */
export async function readScenario(): Promise<Scenario> {
	return scenario.parse(
		parse(await readFile(path.join(import.meta.dirname, "scenario.yaml"), "utf8"), { merge: true }),
	);
}
