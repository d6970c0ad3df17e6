import * as z from "zod";
import { AUTONOMY_LEVELS } from "../autonomy.ts";
import { BOT_BRANCHES } from "../bot-branches.ts";
import { CONTEXT_SOURCES } from "../context.ts";
import { INCIDENT_KINDS } from "../incident.ts";
import { NOTIFY_EVENTS, NOTIFY_VARIABLE } from "../notify-events.ts";
import { SIGNALS } from "../signal.ts";
import { WRITER_PERMISSIONS } from "../writer-permissions.ts";
import { duration, type Limits } from "./duration.ts";
import { agentName, expression, mapping, name, pathName, promptName, text } from "./file-leaves.ts";
import { incidentFields, signalFields } from "./incident-fields.ts";
import { limits, ownLimits } from "./limits.ts";
import { overridesOf } from "./overrides.ts";
import { routeAgent } from "./route-agent.ts";
import { keys } from "./strict-keys.ts";
import { field, tool } from "./tool-table.ts";

/** The values that the CodeRun controller accepts as `cliConfig.cliType`; it fails on any other. */
const CLIS = [
	"claude",
	"code",
	"codex",
	"cursor",
	"dexter",
	"factory",
	"gemini",
	"grok",
	"minimax",
	"opencode",
	"openhands",
	"qwen",
] as const;

const KEPT: Limits = { least: "1d", most: "3650d", why: "it is kept for at least 1d and at most 3650d" };

const anyValue: z.ZodType<unknown, unknown> = z.json();

/** `same` pushes to the failing branch. `fix` pushes to a separate branch and opens a pull request. */
export const BRANCH_STRATEGIES = ["same", "fix"] as const;

const GROUP_SCOPES = ["repository", "organization", "off"] as const;

const UNKNOWN_HEADS = ["fix", "refuse"] as const;

export const settings = keys(
	{
		repositories: z
			.array(
				z
					.string()
					.regex(/^[^\s/]+\/[^\s/]+$/, "a repository is owner/name; * stands for any part of either")
					.describe("`owner/name`, or a glob such as `5dlabs/*`."),
			)
			.min(1, "name at least one repository")
			.describe("Repositories whose failures are processed."),
		paused: z.boolean().default(false).describe("Create no CodeRuns while this is true; incidents wait."),
		process_bot_commits: z.boolean().default(false).describe("Also process runs that a bot started."),
		process_bots: z
			.array(login())
			.default([])
			.describe("Bots whose runs are processed even when other bots' are not, such as `dependabot[bot]`."),
		process_forks: z.boolean().default(false).describe("Also process failures of branches in forks."),
		unknown_heads: z
			.enum(UNKNOWN_HEADS)
			.default("fix")
			.describe(
				"A branch whose repository neither the event nor GitHub names: `fix` pushes to a branch of the fix only, `refuse` does not process it.",
			),
		skip_markers: z
			.array(text("Text in a commit message."))
			.default(["[skip-healer]", "[healer skip]"])
			.describe("Commits whose message contains one of these are ignored."),
		reviewers: z.array(login()).default([]).describe("Logins whose review findings are processed."),
		commands: keys({
			logins: z.array(login()).default([]).describe("By login; GitHub is not asked for these."),
			permissions: z
				.array(text("`admin`, `maintain`, `write`, or a role's name."))
				.default([...WRITER_PERMISSIONS])
				.describe("By repository permission, which Healer asks GitHub for. Being a member or collaborator is none."),
			max_per_hour: z
				.int()
				.min(1)
				.max(1000)
				.default(10)
				.describe("Limit on one author's commands in an hour; those over it are refused."),
		})
			.prefault({})
			.describe("Who may give `/healer` commands in comments."),
		watch: keys({
			pull_requests: z.boolean().default(false).describe("Check pull requests that were opened or pushed to."),
			branches: z.array(text("A branch's name, or a glob.")).default([]).describe("Check pushes to these branches."),
			conflicts: z
				.boolean()
				.default(true)
				.describe("After a push to the default branch or one of `branches`, ask its pull requests for conflicts."),
		})
			.prefault({})
			.describe("Check for failures and conflicts that already exist."),
		agent_tools: z
			.boolean()
			.default(true)
			.describe("Whether agents get the tools named under `agents`; false: none of them gets any."),
		settle: duration("How long an incident waits for more deliveries of the same run before it is decided.", {
			least: "0s",
			most: "1h",
			why: "an incident waits at most 1h",
		}).prefault("5s"),
		retention: keys({
			incidents: duration("Finished incidents, with everything that belongs to them.", {
				least: "30d",
				most: "3650d",
				why: "incidents are kept for at least 30d, to recognise their late deliveries, and at most 3650d",
			}).prefault("90d"),
			prompts: duration("CodeRuns, prompts and contexts of finished incidents.", KEPT).prefault("30d"),
			ignored: duration("Daily counts of ignored deliveries.", KEPT).prefault("30d"),
		})
			.prefault({})
			.describe("How long the journal keeps records."),
		vars: z
			.record(z.string(), anyValue)
			.default({})
			.describe("Your own values; expressions see them as `$settings.vars`."),
	},
	"Values that expressions see as `$settings`.",
);

export const agent = keys(
	{
		github_app: z
			.string()
			.regex(
				/^[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/,
				"a GitHub App's name here is letters, digits and single dashes",
			)
			.describe("The GitHub App that the agent works as, such as `5DLabs-Rex`."),
		cli: z.enum(CLIS).describe("The command-line agent to run."),
		model: text("The model that the CLI uses."),
		prompt: promptName,
		max_active: z
			.int()
			.min(0)
			.max(1000)
			.default(1)
			.describe("Limit on this agent's unfinished CodeRuns; 0 is no limit."),
		limits: ownLimits.optional().describe("The limits of this agent, in all repositories together."),
		tools: keys({
			local: z.array(toolName()).default([]).describe("Tools on the agent's own machine: the CodeRun's `localTools`."),
			remote: z.array(toolName()).default([]).describe("Tools reached over the network: the CodeRun's `remoteTools`."),
		})
			.prefault({ local: [], remote: [] })
			.describe("The tools that the agent may use."),
		takes: z.array(pathName).optional().describe("The fields of failures that it owns, for `$owner(field)`."),
		default: z.boolean().optional().describe("Whether it owns what no agent takes; at most one does."),
	},
	"One agent: what it runs, and its GitHub App.",
);

const event = keys(
	{
		on: name("GitHub's event (`X-GitHub-Event`) or an internal event; default: the entry's key.").optional(),
		when: expression("Which of its deliveries are incidents; sees the payload").optional(),
		kind: z
			.enum([...INCIDENT_KINDS, "command"])
			.describe("The kind of incident; a `command` is answered by Healer itself."),
		identity: expression(
			"Identical for each delivery of one failure; use `$key(...)`. Only internal events may omit it",
		).optional(),
		incident: incidentFields.describe("The incident's fields, each an expression over the payload."),
	},
	"One event: which of its deliveries are incidents, and their fields.",
);

const lifecycleEvent = keys(
	{
		on: name("GitHub's event (`X-GitHub-Event`); default: the entry's key.").optional(),
		when: expression("Which of its deliveries count; sees the payload").optional(),
		reports: z.enum(SIGNALS).describe("What they report."),
		about: signalFields.describe("What it is about, each an expression over the payload."),
	},
	"One lifecycle event of a branch, a pull request or an alert; it is recorded and never starts anything.",
);

const filter = keys(
	{
		name: name("The filter's name, shown in reasons."),
		keep: expression("Refuses only on false; unknown passes, and is evaluated again with the context"),
	},
	"One filter.",
);

const dedupRule = keys(
	{
		name: name("The claim's name."),
		key: expression("The key to claim; use `$key(...)`. An undefined key makes no claim"),
		ttl: duration("How long the claim holds; at least 60s.", {
			least: "60s",
			most: "30d",
			why: "a claim holds at least 60s, the minimum of KV, and at most 30d",
		}),
		while_active: z.boolean().default(false).describe("Also hold the claim while its CodeRun is unfinished."),
	},
	"One claim, in addition to the one on the incident's identity.",
);

const contextRequest = keys(
	{
		from: z.enum(CONTEXT_SOURCES).describe("The source."),
		with: mapping.default({}).describe("The source's parameters: texts are expressions (JSONata)."),
		when: expression("Gathered only when this is true").optional(),
		timeout: duration("The source's time limit.").prefault("10s"),
	},
	"One part of the context.",
);

const classifyRule = keys(
	{
		type: pathName.describe("The failure type."),
		category: pathName.describe("The failure type's category."),
		when: expression("Matches when true; the last rule has none").optional(),
		fix: text("The suggested approach, for the prompt."),
	},
	"One failure type; the first match wins.",
);

const routeRule = keys(
	{
		name: name("The rule's name."),
		agent: routeAgent,
		when: expression("Matches when true; the last rule has none").optional(),
		evidence: pathName.optional().describe("The field of what failed."),
		workflows: z
			.array(text("A glob for the slug of the workflow's name or file."))
			.optional()
			.describe("Names of workflows; they count where nothing tells what failed."),
		files: z
			.array(text("A glob."))
			.optional()
			.describe("Changed files; they count where neither evidence nor names tell."),
	},
	"One routing rule. Rules with `evidence`, `workflows` or `files` are a table, asked column by column.",
);

const spawn = keys(
	{
		namespace: z
			.string()
			.regex(
				/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
				"a namespace is lower-case letters, digits and -, at most 63 characters",
			)
			.describe("The Kubernetes namespace of the CodeRuns."),
		labels: z
			.record(z.string(), expression("The label's value; made valid automatically"))
			.default({})
			.describe("Labels by key."),
		annotations: z.record(z.string(), expression("The annotation's value")).default({}).describe("Annotations by key."),
		spec: mapping.describe(
			"The CodeRun's `spec`: texts are expressions (JSONata), so a fixed text is \"'remediation'\".",
		),
	},
	"The fields of the CodeRun.",
);

const rerunRule = keys(
	{
		when: expression("Which failures are rerun; sees what `route` sees, and `$flaky()`"),
		attempts: z
			.int()
			.min(1)
			.max(3)
			.default(1)
			.describe("How often a run may be run again, whoever asked for it, before an agent is woken."),
		never: z
			.array(text("A glob for the slug of the workflow's name or file."))
			.default(["*deploy*", "*release*", "*publish*"])
			.describe("Workflows whose jobs are never run again."),
		deadline: duration("How long the rerun's result is waited for; after it, the agent is woken.", {
			least: "1m",
			most: "1d",
			why: "a rerun has at least 1m and at most 1d",
		}).prefault("1h"),
	},
	"Which failures GitHub is asked to run again, before an agent is woken.",
);

const autonomyRule = keys(
	{
		when: expression(
			"Which decisions; sees what `spawn` sees but the prompt. A rule without it always applies",
		).optional(),
		level: z
			.enum(AUTONOMY_LEVELS)
			.describe("`observe` decides and keeps it, `approve` waits for a person, `act` sends the agent."),
		expires: duration("How long `approve` waits for a person; after it, the incident is cancelled.", {
			least: "1m",
			most: "30d",
			why: "an approval is waited for at least 1m and at most 30d",
		}).prefault("24h"),
	},
	"How far Healer goes by itself with some decisions.",
);

const autonomy = z.array(autonomyRule);

const outcome = keys(
	{
		max_attempts: z.int().min(1).max(20).default(3).describe("Limit on CodeRuns per incident."),
		pause: duration("Pause between two attempts.", { least: "0s", most: "1d", why: "a pause is at most 1d" }).prefault(
			"2m",
		),
		deadline: duration("Time limit of one CodeRun; after it, the attempt counts as failed.", {
			least: "1m",
			most: "7d",
			why: "an attempt has at least 1m and at most 7d",
		}).prefault("2h"),
		start_deadline: duration(
			"Time limit for the controller to start a CodeRun; after it, the attempt counts against nobody.",
			{
				least: "1m",
				most: "1d",
				why: "a controller has at least 1m and at most 1d to start a CodeRun",
			},
		).prefault("10m"),
		ci_deadline: duration("Time limit for CI to pass after the CodeRun ended.", {
			least: "1m",
			most: "7d",
			why: "CI has at least 1m and at most 7d",
		}).prefault("1h"),
		escalate: z
			.array(agentName.describe("An agent's name, or `human`."))
			.default(["human"])
			.describe("Escalation after failed attempts: agents in order, then `human`."),
		label: z
			.string()
			.min(1)
			.max(50, "GitHub takes at most 50 characters")
			.default("needs-human")
			.describe("The GitHub label set when an incident is escalated to a person."),
		branch_strategy: z
			.enum(BRANCH_STRATEGIES)
			.default("same")
			.describe("Where a fix goes: to the failing branch, or to a new branch with a pull request."),
		protected_branches: z
			.array(text("A branch's name, or a glob."))
			.default(["main", "master", "release/**", "releases/**"])
			.describe("Branches that no agent pushes to; the default branch is always included."),
		bot_branches: z
			.array(text("A branch's name, or a glob."))
			.default([...BOT_BRANCHES])
			.describe("Branches that their bots overwrite; no agent pushes to them either."),
		split: z
			.enum(["none", "field"])
			.default("none")
			.describe("`field`: jobs of one run that fail in different fields are an incident each."),
	},
	"What happens after an attempt.",
);

const group = keys(
	{
		scope: z
			.enum(GROUP_SCOPES)
			.default("repository")
			.describe(
				"Where failures with one cause are one: in a `repository`, in all of an `organization`, or nowhere (`off`).",
			),
		window: duration("How long a group takes further failures, from when its leader was decided.", {
			least: "1m",
			most: "30d",
			why: "a group takes further failures for at least 1m and at most 30d",
		}).prefault("24h"),
		check_run: z
			.boolean()
			.optional()
			.describe(
				"Post a neutral check run on each pull request that waits for a fix of its base branch; needs Checks: write.",
			),
	},
	"Failures with one cause: one agent, for the leader of the group.",
);

const notification = keys(
	{
		name: name("The target's name."),
		on: z
			.array(z.enum(NOTIFY_EVENTS))
			.min(1, "name at least one event")
			.describe("What to notify of: the status that an incident came to, or a delivery that was lost."),
		to: z
			.enum(["slack", "webhook"])
			.describe("`slack`: an incoming webhook of Slack. `webhook`: JSON, signed by Standard Webhooks."),
		url: variable("Where to send it; its URL is a secret of the worker."),
		secret: variable("The secret that signs messages to a `webhook`.").optional(),
		where: expression("Left out if this is false; unknown is notified. Sees the incident").optional(),
	},
	"One receiver of notifications.",
);

/**
 * `pipeline.yaml`: its input is the file as written, its value what the artefact has of it, with defaults applied and
 * durations in seconds. An unknown key is an error. Names and expressions are checked elsewhere.
 */
export const pipelineFile = keys(
	{
		version: z.literal(1).describe("The version of this file's grammar."),
		extends: z
			.array(text("A pack of Healer, `healer/NAME`, or the path of a file or folder, relative to this one: `./NAME`."))
			.optional()
			.describe("Packs that this file builds upon; later ones win, and this file wins over all."),
		disable: z
			.array(text("A name, or `stage.name`."))
			.optional()
			.describe("Names of rules, tools, filters, claims, events and parts of the context to take out."),
		settings,
		agents: z.record(agentName, agent).describe("The agents, by name."),
		events: z
			.record(name("The event's name."), event)
			.transform(listeners)
			.describe("Which deliveries are incidents, by event."),
		lifecycle: z
			.record(name("The entry's name."), lifecycleEvent)
			.prefault({})
			.describe("Events that report the progress of a remediation; they never start one.")
			.transform(listeners),
		filters: z.array(filter).prefault([]).describe("Filters that decide which incidents to ignore, in order."),
		dedup: z.array(dedupRule).prefault([]).describe("Claims that prevent concurrent CodeRuns for the same key."),
		context: z
			.record(pathName, contextRequest)
			.prefault({})
			.describe("The context to gather for an incident, by part.")
			.transform(named),
		fields: z.record(pathName, field).prefault({}).describe("Fields of work, by name: what an agent may take."),
		tools: z.array(tool).prefault([]).describe("What tools print when they fail."),
		classify: z
			.array(classifyRule)
			.min(1, "needs at least one rule")
			.describe("Failure types, in order; the last rule has no `when`."),
		route: z
			.array(routeRule)
			.min(1, "needs at least one rule")
			.describe("Agents, in order; the last rule has no `when`."),
		rerun: z
			.array(rerunRule)
			.optional()
			.describe("Failures whose jobs are run again before an agent is woken; the first rule that holds."),
		autonomy: autonomy
			.optional()
			.describe("How far Healer goes by itself; the first rule that applies, else it acts (docs/autonomy.md)."),
		spawn,
		outcome: outcome.prefault({}).describe("Attempts, deadline, escalation."),
		group: group
			.prefault({})
			.describe("Failures with one cause are a group: one agent is woken for all (docs/causes.md)."),
		limits: limits.optional().describe("How many CodeRuns are created; what is beyond a limit waits."),
		notify: z
			.array(notification)
			.optional()
			.describe("Who is notified of what, in addition to the comments on GitHub (docs/notifications.md)."),
		overrides: z
			.array(overridesOf({ settings, agent, outcome, limits: ownLimits, autonomy, group, rerun: rerunRule }))
			.optional()
			.describe("What differs in some repositories; later entries win."),
	},
	"Healer's pipeline: which failures are incidents, which agent fixes them, with what context.",
);

/** A list of the entries, named by their keys. */
function named<Entry extends object>(entries: Readonly<Record<string, Entry>>) {
	return Object.entries(entries).map(([name, entry]) => ({ name, ...entry }));
}

function listeners<Entry extends { on?: string | undefined }>(entries: Readonly<Record<string, Entry>>) {
	return named(entries).map((entry) => ({ ...entry, on: entry.on ?? entry.name }));
}

/** Never the value itself: a pipeline is read by many, pushed and kept. */
function variable(description: string): z.ZodString {
	return z
		.string()
		.regex(
			NOTIFY_VARIABLE,
			"write $env(NAME) with the name of a variable of the worker that begins with HEALER_NOTIFY_, such as $env(HEALER_NOTIFY_SLACK_URL)",
		)
		.describe(`\`$env(HEALER_NOTIFY_...)\`. ${description}`);
}

function login(): z.ZodString {
	return z
		.string()
		.regex(/^[A-Za-z0-9][\w-]*(\[bot\])?$/, "a login is letters, digits and dashes; an App's ends in [bot]");
}

function toolName(): z.ZodString {
	return z.string().regex(/^[^\s,]+$/, "a tool's name has no spaces or commas: the CodeRun joins them by commas");
}
