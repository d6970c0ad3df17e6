import * as z from "zod";
import { agentName } from "./file-leaves.ts";
import { keys, shapeOf } from "./strict-keys.ts";

/** What one entry changes: the named keys only. */
interface Changes<Settings, Agent, Outcome, OwnLimits, Autonomy, Group, Rerun> {
	readonly repositories: readonly string[];
	readonly settings?: Partial<Settings> | undefined;
	readonly agents?: Readonly<Record<string, Partial<Agent>>> | undefined;
	readonly outcome?: Partial<Outcome> | undefined;
	readonly limits?: Partial<OwnLimits> | undefined;
	/** In place of the others. */
	readonly autonomy?: Autonomy | undefined;
	readonly group?: Partial<Group> | undefined;
	/** The whole list. */
	readonly rerun?: readonly Rerun[] | undefined;
}

/** What may differ by repository. The others are about the installation, or about what is an incident at all. */
const SETTINGS = [
	"paused",
	"process_bot_commits",
	"process_bots",
	"process_forks",
	"unknown_heads",
	"skip_markers",
	"reviewers",
	"settle",
	"vars",
];
const AGENT = ["cli", "model", "prompt", "max_active", "tools"];

const GROUP = ["scope", "window"];

/** The grammar of `overrides`, made of the grammar of what they change, without its defaults. */
export function overridesOf<
	Settings,
	Agent,
	Outcome,
	OwnLimits,
	Rules,
	WrittenRules,
	Group,
	Rerun extends z.ZodType,
>(of: {
	readonly settings: z.ZodType<Settings>;
	readonly agent: z.ZodType<Agent>;
	readonly outcome: z.ZodType<Outcome>;
	readonly limits: z.ZodType<OwnLimits>;
	readonly autonomy: z.ZodType<Rules, WrittenRules>;
	readonly group: z.ZodType<Group>;
	/** One rule: a list replaces the whole list. */
	readonly rerun: Rerun;
}) {
	const override = keys(
		{
			repositories: z
				.array(z.string().min(1, "cannot be empty").describe("`owner/name`, or a glob such as `5dlabs/*`."))
				.min(1, "name at least one repository")
				.describe("The repositories that these changes are for."),
			settings: changesOf(of.settings, SETTINGS).optional().describe("Changed settings."),
			agents: z.record(agentName, changesOf(of.agent, AGENT)).optional().describe("Changed agents, by name."),
			outcome: changesOf(of.outcome).optional().describe("Changed policy after an attempt."),
			limits: changesOf(of.limits).optional().describe("Changed limits, of each of these repositories by itself."),
			autonomy: of.autonomy
				.optional()
				.describe("The rules of `autonomy` for these repositories, in place of the others."),
			group: changesOf(of.group, GROUP).optional().describe("Changed policy for failures with one cause."),
			rerun: z.array(of.rerun).optional().describe("Instead of the rules under `rerun`; an empty list turns them off."),
		},
		"Changes for some repositories.",
	);
	// `changesOf` keeps the keys and types of the schemas that it is given.
	type Written = Changes<
		Record<string, unknown>,
		{ readonly prompt?: string },
		{ readonly escalate?: string[] },
		Record<string, unknown>,
		WrittenRules,
		Record<string, unknown>,
		z.input<Rerun>
	>;
	type Read = Changes<Settings, Agent, Outcome, OwnLimits, Rules, Group, z.output<Rerun>>;
	return override as unknown as z.ZodType<Read, Written>;
}

/** An object's schema with every key optional and no defaults: a default would override what is set elsewhere. */
function changesOf(schema: unknown, allowed?: readonly string[]): z.ZodType {
	const shape = Object.entries(shapeOf(schema) ?? {}).filter(([key]) => allowed?.includes(key) ?? true);
	return keys(Object.fromEntries(shape.map(([key, inner]) => [key, changeOf(inner)])));
}

function changeOf(schema: unknown): z.ZodType {
	if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
		const inner = changeOf(schema.unwrap());
		return schema.description === undefined ? inner : inner.describe(schema.description);
	}
	const change = shapeOf(schema) === undefined ? (schema as z.ZodType) : changesOf(schema);
	const { description } = schema as z.ZodType;
	return description === undefined ? change.optional() : change.optional().describe(description);
}
