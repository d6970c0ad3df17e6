import type { ExitCode } from "./exit-code.ts";
import { wholeNumber } from "./option-values.ts";
import type { Output } from "./output.ts";
import { type HealerCommand, OPERATING, READING } from "./worker-options.ts";

/** What `main.ts` gives to commands. */
export interface Terminal {
	readonly output: Output;
	end(code: Promise<ExitCode>): Promise<void>;
	/** Aborts on Ctrl-C. */
	interrupted(): AbortSignal;
}

const IDS = "The incidents' ids, or their first digits";
const SEARCH =
	"An id, delivery, #402, commit, branch, fix branch, run, CodeRun, agent, rule, workflow; else any text in it";

/** What an operator asks and does: `healer incidents`, `stop`, `approve`, `release`, `ignored`, `flakes`, `observed`, `tail`, `status`, `context`. */
export function addOperatorCommands(program: HealerCommand, terminal: Terminal): void {
	const { output, end } = terminal;
	addIncidents(program, terminal);

	program
		.command("stop")
		.description("Make no further attempt at incidents; a CodeRun that runs is not interrupted")
		.argument("<incidents...>", IDS)
		.option("--reason <text>", "Reason, for the timeline and the audit trail")
		.workerOptions()
		.option("--json", "Print {id, status, attempt} or {id, error}, one a line")
		.addHelpText(
			"after",
			`${OPERATING}\nExamples:\n  npx healer stop 0123456789ab --reason "fixed by hand"\n  npx healer stop 0123 4567 89ab`,
		)
		.action(async (ids, options) => end((await import("./stop.ts")).stop(ids, options, process.env, output)));

	program
		.command("approve")
		.description("Approve decisions that wait for a person: their agents are sent")
		.argument("<incidents...>", IDS)
		.option("--attempt <number>", "Only if this attempt is still the one that waits", wholeNumber)
		.workerOptions()
		.option("--json", "Print {id, status, attempt} or {id, error}, one a line")
		.addHelpText(
			"after",
			`
healer show INCIDENT --prompt has the decision and what its agent would read. If the branch moved meanwhile, it is decided again instead.
${OPERATING}
Examples:
  npx healer incidents --status awaiting_approval
  npx healer show 0123456789ab --prompt
  npx healer approve 0123456789ab --attempt 1`,
		)
		.action(async (ids, options) => end((await import("./approve.ts")).approve(ids, options, process.env, output)));

	program
		.command("release")
		.description("Try dead or waiting incidents again at once, with the same attempt and for another day")
		.argument("<incidents...>", IDS)
		.workerOptions()
		.option("--json", "Print {id, status, attempt} or {id, error}, one a line")
		.addHelpText("after", `${OPERATING}\nExamples:\n  npx healer release 0123456789ab`)
		.action(async (ids, options) => end((await import("./release.ts")).release(ids, options, process.env, output)));

	addIgnored(program, terminal);
	addFlakes(program, terminal);
	addObserved(program, terminal);

	program
		.command("tail")
		.description("Show what happens to incidents, as it happens, until Ctrl-C")
		.option("-n, --lines <count>", "Begin with so many of the latest changes", wholeNumber, 10)
		.workerOptions()
		.option("--json", "Print one JSON object per line")
		.addHelpText(
			"after",
			`
While the worker does not answer, it asks again every two seconds and leaves nothing out.
${READING}
Examples:
  npx healer tail
  npx healer tail --json | jq 'select(.to == "escalated")'`,
		)
		.action(async (options) =>
			end((await import("./tail.ts")).tail(options, process.env, output, terminal.interrupted())),
		);

	program
		.command("status")
		.description("Show the hub on one screen: health, queue, what runs, what needs a person, what fails")
		.workerOptions()
		.option("--json", "Print {url, health, status, ignored, running, needs_person} as JSON")
		.addHelpText(
			"after",
			`\nExits with 1 if the hub takes no deliveries.\n${READING}\nExamples:\n  npx healer status\n  npx healer status --context production`,
		)
		.action(async (options) => end((await import("./status.ts")).status(options, process.env, output)));

	addContext(program, terminal);
}

function addIncidents(program: HealerCommand, { output, end }: Terminal): void {
	program
		.command("incidents")
		.description("List incidents, newest first, or search them by any name they have")
		.argument("[text]", SEARCH)
		.option("-s, --status <statuses>", "Only in these states, separated by commas")
		.option("-r, --repository <name>", "Only of this repository, owner/name")
		.option("-a, --agent <name>", "Only those that this agent has or had")
		.option("--type <failure type>", "Only of this failure type")
		.option("--rule <name>", "Only those for which this rule chose the agent, at any attempt")
		.option("-w, --workflow <name>", "Only of this workflow")
		.option("--leader <incident>", "Only what is in this incident's group: its id, or its first digits")
		.option("--since <when>", "Begun since: a duration back such as 24h or 30d, or an ISO 8601 time")
		.option("--until <when>", "Begun before, written alike")
		.option("--limit <count>", "Maximum number of incidents", wholeNumber, 50)
		.workerOptions()
		.option("--json", "Print one JSON object per line, as GET /api/incidents?with=title has them")
		.addHelpText(
			"after",
			`${READING}
Examples:
  npx healer incidents
  npx healer incidents --status dead,escalated --since 1d
  npx healer incidents '#402' --repository acme/shop
  npx healer incidents 3f786850e387 --json`,
		)
		.action(async (text, options) =>
			end((await import("./incidents.ts")).incidents(text, options, process.env, output)),
		);
}

function addIgnored(program: HealerCommand, { output, end }: Terminal): void {
	program
		.command("ignored")
		.description("List the last ignored deliveries, and why each led to nothing")
		.argument("[text]", "Only those that contain it: a delivery's id, an event, a branch ...")
		.option("-f, --filter <name>", "Only those that this filter refused, or this kind of reason, such as not_matched")
		.option("-r, --repository <name>", "Only of this repository, owner/name")
		.option("-e, --event <name>", "Only of this event")
		.option("--limit <count>", "Maximum number of deliveries", wholeNumber, 50)
		.workerOptions()
		.option(
			"--json",
			"Print {delivery_id, event, action, repository, branch, reason, filter, at}, one JSON object per line",
		)
		.addHelpText(
			"after",
			`
The last 5,000 are kept. A delivery that counts for an incident is not among them: see healer incidents DELIVERY.
${READING}
Examples:
  npx healer ignored 72d3162e-cc78-11e3-81ab-4c9367dc0958
  npx healer ignored --filter skip-markers --repository acme/shop --json`,
		)
		.action(async (text, options) => end((await import("./ignored.ts")).ignored(text, options, process.env, output)));
}

function addFlakes(program: HealerCommand, { output, end }: Terminal): void {
	program
		.command("flakes")
		.description("List what failed and passed when it was run again, in the last 14 days, the most frequent first")
		.option("-r, --repository <name>", "Only of this repository, owner/name")
		.option("--limit <count>", "Maximum number of flakes, at most 200", wholeNumber, 50)
		.workerOptions()
		.option("--json", "Print one JSON object per line, as GET /api/flakes has them")
		.addHelpText(
			"after",
			`
"passed" is the share of its reruns that passed; "failed on commits by" names the authors, each with how often.
${READING}
Examples:
  npx healer flakes
  npx healer flakes --repository acme/shop --json | jq -r '.text'`,
		)
		.action(async (options) => end((await import("./flakes.ts")).flakes(options, process.env, output)));
}

function addObserved(program: HealerCommand, { output, end }: Terminal): void {
	program
		.command("observed")
		.description("Report what would have been done where autonomy is observe, and what became of it without an agent")
		.option("-r, --repository <name>", "Only of this repository, owner/name")
		.option("--since <when>", "Begun since: a duration back such as 24h or 30d, or an ISO 8601 time", "30d")
		.option("--limit <count>", "Maximum number of lines, at most 200", wholeNumber, 50)
		.workerOptions()
		.option("--json", "Print one JSON object per line, as GET /api/observed has them")
		.addHelpText(
			"after",
			`
"agents" is how many would have been woken: failures of one cause are one. "median" is how long it took until it was green.
Each failure: healer incidents --status observed.
${READING}
Examples:
  npx healer observed
  npx healer observed --repository acme/shop --since 7d --json | jq -r 'select(.suggest == "act") | .failure_type'`,
		)
		.action(async (options) => end((await import("./observed.ts")).observed(options, process.env, output)));
}

function addContext(program: HealerCommand, { output, end }: Terminal): void {
	const context = program
		.command("context")
		.description("Store workers by name, and choose the one that commands ask")
		.addHelpText(
			"after",
			`
They are kept in ~/.config/healer/config.yaml (HEALER_CONFIG names another file), readable by you only. It holds no tokens:
--token-file and --token-env say where one is.

Examples:
  npx healer context add production --url https://healer.example.com --token-file ~/.config/healer/production.token
  npx healer context use production
  npx healer status --context staging`,
		);
	context
		.command("add")
		.description("Store a worker; the first one becomes the current one")
		.argument("<name>", "What to call it")
		.requiredOption("-u, --url <url>", "The worker's URL")
		.option("--token-file <file>", "File with its token")
		.option("--token-env <variable>", "Environment variable with its token")
		.addHelpText(
			"after",
			"\nExamples:\n  npx healer context add staging --url https://s.example.com --token-env STAGING_TOKEN",
		)
		.action(async (name, options) =>
			end((await import("./context.ts")).addContext(name, options, process.env, output)),
		);
	context
		.command("use")
		.description("Make a context the current one")
		.argument("<name>", "Its name")
		.addHelpText("after", "\nExamples:\n  npx healer context use production")
		.action(async (name) => end((await import("./context.ts")).selectContext(name, process.env, output)));
	context
		.command("list")
		.description("List the contexts; * marks the current one")
		.option("--json", "Print one JSON object per line")
		.addHelpText("after", "\nExamples:\n  npx healer context list")
		.action(async (options) => end((await import("./context.ts")).listContexts(options, process.env, output)));
	context
		.command("remove")
		.description("Remove a context")
		.argument("<name>", "Its name")
		.addHelpText("after", "\nExamples:\n  npx healer context remove staging")
		.action(async (name) => end((await import("./context.ts")).removeContext(name, process.env, output)));
}
