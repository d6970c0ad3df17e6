import { z } from "zod";
import { BRANCH_STRATEGIES } from "../../artefact.ts";
import { CONTEXT_SOURCES } from "../../context.ts";
import { INCIDENT_KINDS } from "../../incident.ts";
import { SIGNALS } from "../../signal.ts";
import { agentName, duration, expression, mapping, name, pathName, text } from "./file-leaves.ts";
import { incidentFields, signalFields } from "./incident-fields.ts";

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

/** https://docs.github.com/en/graphql/reference/enums#commentauthorassociation */
const ASSOCIATIONS = ["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"] as const;

const settings = z
	.strictObject({
		repositories: z
			.array(
				z
					.string()
					.regex(/^[^\s/]+\/[^\s/]+$/, "a repository is owner/name; * stands for any part of either")
					.describe("`owner/name`, or a glob such as `5dlabs/*`."),
			)
			.min(1, "name at least one repository")
			.describe("The repositories whose failures are acted upon."),
		paused: z.boolean().default(false).describe("Make no CodeRun while this is true; what would be made waits."),
		max_per_hour: z
			.int()
			.min(0)
			.max(10_000)
			.default(0)
			.describe("CodeRuns for one repository within an hour; what is over it waits. 0 is no limit."),
		process_bot_commits: z.boolean().default(false).describe("Act on runs that a bot caused, too."),
		process_bots: z
			.array(login())
			.default([])
			.describe("Bots whose runs are acted upon although other bots' are not, such as `dependabot[bot]`."),
		process_forks: z.boolean().default(false).describe("Act on failures of branches in forks, too."),
		skip_markers: z
			.array(text("Text in a commit message."))
			.default(["[skip-healer]", "[healer skip]"])
			.describe("A commit whose message has one of these is left alone."),
		reviewers: z.array(login()).default([]).describe("Whose reviews are findings to act upon."),
		commands: z
			.strictObject({
				associations: z
					.array(z.enum(ASSOCIATIONS))
					.default(["OWNER", "MEMBER", "COLLABORATOR"])
					.describe("By what GitHub says that the writer is to the repository: a comment's `author_association`."),
				logins: z.array(login()).default([]).describe("By login."),
				permissions: z
					.array(text("`admin`, `maintain`, `write`, or a role's name."))
					.default([])
					.describe("By a permission of the repository, of which GitHub is asked where neither says enough."),
			})
			.prefault({})
			.describe("Who may give `/healer` commands in comments."),
		watch: z
			.strictObject({
				pull_requests: z.boolean().default(false).describe("Look at pull requests that were opened or pushed to."),
				branches: z
					.array(text("A branch's name, or a glob."))
					.default([])
					.describe("Look at pushes to these branches."),
			})
			.prefault({})
			.describe("Look for what is red or in conflict already when nothing fails anew; off by default."),
		settle: duration("How long an incident waits for other deliveries of the same run before it is decided.").default(
			"5s",
		),
		retention: z
			.strictObject({
				incidents: duration("Incidents that ended, with all that belongs to them.").default("90d"),
				prompts: duration("Of incidents that ended, the CodeRuns with their prompts, and the context.").default("30d"),
				ignored: duration("How many deliveries were no incidents, by day.").default("30d"),
			})
			.prefault({})
			.describe("How long the journal keeps what."),
		vars: z
			.record(z.string(), z.json())
			.default({})
			.describe("Values of your own, seen by expressions as `$settings.vars`."),
	})
	.describe("Values that expressions see as `$settings`.");

const agent = z
	.strictObject({
		github_app: z
			.string()
			.regex(
				/^[A-Za-z0-9]([A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/,
				"a GitHub App's name here is letters, digits and single dashes",
			)
			.describe("The GitHub App that the agent works as, such as `5DLabs-Rex`."),
		cli: z.enum(CLIS).describe("The command-line agent that runs."),
		model: text("The model that the CLI uses."),
		prompt: name("The template under `prompts/`, without `.mustache`."),
		max_active: z
			.int()
			.min(0)
			.max(1000)
			.default(1)
			.describe("Unfinished CodeRuns of this agent at once; 0 is no limit."),
		tools: z
			.strictObject({
				local: z
					.array(toolName())
					.default([])
					.describe("Tools on the agent's own machine: the CodeRun's `localTools`."),
				remote: z
					.array(toolName())
					.default([])
					.describe("Tools reached over the network: the CodeRun's `remoteTools`."),
			})
			.default({ local: [], remote: [] })
			.describe("The tools that the agent may use."),
	})
	.describe("One agent: what it runs, and as whom.");

const event = z
	.strictObject({
		on: name("GitHub's event (`X-GitHub-Event`) or an internal event; the key itself when left out.").optional(),
		when: expression("Which of its deliveries are incidents; sees the payload").optional(),
		kind: z
			.enum([...INCIDENT_KINDS, "command"])
			.describe("What sort of incident it is; `command` is for Healer itself, not for an agent."),
		identity: expression(
			"The same for every delivery of one failure, by `$key(...)`; only an internal event may do without",
		).optional(),
		incident: incidentFields.describe("The incident's fields, each an expression over the payload."),
	})
	.describe("One event: which of its deliveries are incidents, and what they mean.");

const lifecycleEvent = z
	.strictObject({
		on: name("GitHub's event (`X-GitHub-Event`); the key itself when left out.").optional(),
		when: expression("Which of its deliveries say it; sees the payload").optional(),
		reports: z.enum(SIGNALS).describe("What they report."),
		about: signalFields.describe("What it is about, each an expression over the payload."),
	})
	.describe("One event of a branch's or pull request's life; it is recorded and never starts anything.");

const filter = z
	.strictObject({
		name: name("The filter's name, shown in reasons."),
		keep: expression("Refuses only on false; unknown passes and is asked again after the context"),
	})
	.describe("One filter.");

const dedupRule = z
	.strictObject({
		name: name("The claim's name."),
		key: expression("The key that is claimed, by `$key(...)`; an undefined key makes no claim"),
		ttl: duration("How long the claim holds; at least 60s."),
		while_active: z.boolean().default(false).describe("Also held while the CodeRun made under it is unfinished."),
	})
	.describe("One claim, beside the one on the incident's own identity.");

const contextRequest = z
	.strictObject({
		from: z.enum(CONTEXT_SOURCES).describe("The source."),
		with: mapping.default({}).describe("The source's parameters: texts are expressions (JSONata)."),
		when: expression("Gathered only when this is true").optional(),
		timeout: duration("How long the source may take.").default("10s"),
	})
	.describe("One part of the context.");

const classifyRule = z
	.strictObject({
		type: pathName.describe("The failure type."),
		category: pathName.describe("The failure type's category."),
		when: expression("The type holds when this is true; the last rule has none").optional(),
		fix: text("The suggested approach, for the prompt."),
	})
	.describe("One failure type; the first that holds is taken.");

const routeRule = z
	.strictObject({
		name: name("The rule's name."),
		agent: agentName,
		when: expression("The agent is taken when this is true; the last rule has none").optional(),
	})
	.describe("One way to an agent; the first that holds is taken.");

const spawn = z
	.strictObject({
		namespace: z
			.string()
			.regex(
				/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
				"a namespace is lower-case letters, digits and -, at most 63 characters",
			)
			.describe("The Kubernetes namespace of the CodeRuns."),
		labels: z
			.record(z.string(), expression("The label's value; made valid whatever it gives"))
			.default({})
			.describe("Labels by key."),
		annotations: z.record(z.string(), expression("The annotation's value")).default({}).describe("Annotations by key."),
		spec: mapping.describe(
			"The CodeRun's `spec`: texts are expressions (JSONata), so a fixed text is \"'remediation'\".",
		),
	})
	.describe("The fields of the CodeRun.");

const outcome = z
	.strictObject({
		max_attempts: z.int().min(1).max(20).default(3).describe("CodeRuns for one incident at most."),
		pause: duration("How long after an attempt the next one begins.").default("2m"),
		deadline: duration("How long one CodeRun may take before it counts as failed.").default("2h"),
		ci_deadline: duration("How long CI may take to be green after the CodeRun ended.").default("1h"),
		escalate: z
			.array(agentName.describe("An agent's name, or `human`."))
			.default(["human"])
			.describe("Who is next when attempts fail: agents in order, then `human`."),
		label: z
			.string()
			.min(1)
			.max(50, "GitHub takes at most 50 characters")
			.default("needs-human")
			.describe("The label of what a person was asked to look at."),
		branch_strategy: z
			.enum(BRANCH_STRATEGIES)
			.default("same")
			.describe("Where a fix goes: the failing branch, or a branch and pull request of its own."),
		protected_branches: z
			.array(text("A branch's name, or a glob."))
			.default(["main", "master", "release/**", "releases/**"])
			.describe("Branches that no agent pushes to; the default branch is one anyway."),
	})
	.describe("What follows an attempt.");

/** `pipeline.yaml` as written. Strict: an unknown key is an error. Names and expressions are checked elsewhere. */
export const pipelineFile = z
	.strictObject({
		version: z.literal(1).describe("The version of this file's grammar."),
		settings,
		agents: z.record(agentName, agent).describe("The agents that fix, by name."),
		events: z.record(name("The event's name."), event).describe("Which deliveries are incidents, by event."),
		lifecycle: z
			.record(name("The entry's name."), lifecycleEvent)
			.default({})
			.describe("What tells how a remediation goes on; none of it starts one."),
		filters: z.array(filter).default([]).describe("What is left alone, in this order."),
		dedup: z.array(dedupRule).default([]).describe("Claims that keep two CodeRuns from the same ground."),
		context: z.record(pathName, contextRequest).default({}).describe("What is gathered about an incident, by part."),
		classify: z
			.array(classifyRule)
			.min(1, "needs at least one rule")
			.describe("Failure types, in order; the last rule has no `when`."),
		route: z
			.array(routeRule)
			.min(1, "needs at least one rule")
			.describe("Agents, in order; the last rule has no `when`."),
		spawn,
		outcome: outcome.prefault({}).describe("Attempts, deadline, escalation."),
	})
	.describe("Healer's pipeline: what fails, who fixes it, with what context.");

/** The file with defaults applied. The artefact is built from it. */
export type PipelineFile = z.output<typeof pipelineFile>;

function login(): z.ZodString {
	return z
		.string()
		.regex(/^[A-Za-z0-9][\w-]*(\[bot\])?$/, "a login is letters, digits and dashes; an App's ends in [bot]");
}

function toolName(): z.ZodString {
	return z.string().regex(/^[^\s,]+$/, "a tool's name has no spaces or commas: the CodeRun joins them by commas");
}
