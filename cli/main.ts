import { Argument, CommanderError } from "commander";
import own from "../package.json" with { type: "json" };
import { EXIT, type ExitCode } from "./exit-code.ts";
import { addOperatorCommands } from "./operator-commands.ts";
import { commaSeparated, portNumber, wholeNumber } from "./option-values.ts";
import { createOutput } from "./output.ts";
import { ADMINISTERING, HealerCommand, OPERATING, READING } from "./worker-options.ts";

/** `healer` and its commands. Each is loaded on use, so that `route` does not wait for the hub's modules. */
const output = createOutput(process.stdout, process.stderr);
const program = new HealerCommand("healer")
	.description(
		"Route failures to the agents that fix them: exactly one CodeRun per incident, every decision explained.",
	)
	.version(own.version, "-V, --version", "Print the version")
	.helpOption("-h, --help", "Show help")
	.helpCommand("help [command]", "Show help for a command")
	.showHelpAfterError("(Run npx healer --help for the commands, npx healer help COMMAND for the options of one)")
	.exitOverride()
	.addHelpText(
		"after",
		`
Exit codes:
  0  success
  1  the command ran and found a problem: an error in the pipeline, a failing case, no such incident, no answer
  2  the command could not start: an unknown option, a missing or unreadable file, no worker given

HEALER_CACHE=off keeps no compiled code and no checked pipelines; a folder there replaces ~/.cache/healer.

Most commands print JSON with --json. Colours are used only on a terminal; NO_COLOR turns them off.`,
	);

const PIPELINE = [
	"-p, --pipeline <file>",
	"The pipeline's file; its packs are named there, its prompts are in prompts/ next to it",
	"pipeline.yaml",
] as const;
const EVENT = ["-e, --event <name>", "GitHub's event name, as in X-GitHub-Event"] as const;

program
	.command("start")
	.description("Run the hub with everything embedded: worker, journal, queue, cron, relay")
	.option(...PIPELINE)
	.addHelpText(
		"after",
		`
Environment:
  HEALER_PORT             port for GitHub's deliveries and the page (8787)
  HEALER_RELAY_PORT       port of the relay (8788)
  HEALER_STATE_DIR        folder of all state (.healer)
  HEALER_SINK             where CodeRuns are created: directory or kubernetes (directory)
  KUBECONFIG, HEALER_NAMESPACE
                          the cluster, and a namespace that overrides the pipeline's
  HEALER_LOG=debug        also print the worker's log lines
  GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_API_URL
                          the GitHub App that reads logs and pull requests
  ARGOCD_SERVER, LOKI_URL, PROMETHEUS_URL, GRAFANA_URL
                          servers to query for context from the cluster
  GITHUB_WEBHOOK_SECRET, HEALER_API_TOKEN, HEALER_WIRE_SECRETS
                          generated once and stored in <state>/secrets.env unless set
  HEALER_SENSOR_TOKENS, HEALER_READ_TOKENS, HEALER_OPERATE_TOKENS, HEALER_ADMIN_TOKENS
                          tokens with fewer rights than HEALER_API_TOKEN (none)
  HEALER_NOTIFY_*         URLs and secrets that the pipeline's \`notify\` names (none)

Examples:
  npm start
  HEALER_PORT=9000 HEALER_RELAY_PORT=9001 HEALER_STATE_DIR=/tmp/healer npx healer start`,
	)
	.action(async (options) => end((await import("./start.ts")).start(options, process.env, output)));

program
	.command("demo")
	.description("Run a hub full of a week's incidents, to look around; it needs no account and no network")
	.option("--port <port>", "Port of the page (default: 8790, or any free one)", portNumber)
	.option(
		"--state-dir <folder>",
		"An empty folder to keep everything in (default: a temporary one, removed at the end)",
	)
	.option("--now <time>", "Pretend that it is this time, ISO 8601, so that every run shows the same")
	.addHelpText(
		"after",
		`
GitHub and Slack are stand-ins on this machine, and the agents are played: nothing is sent anywhere. Ctrl-C ends it.

Examples:
  npx healer demo
  npx healer demo --port 9000 --state-dir /tmp/healer-demo`,
	)
	.action(async (options) => end((await import("./demo.ts")).demo(options, output)));

program
	.command("init")
	.description("Write a configuration repository: policy, cases, wrangler.toml, the relay's deployment, CI")
	.argument("[folder]", "Where to write it", ".")
	.option("--org <login>", "Your organisation's login on GitHub")
	.option(
		"--repositories <names>",
		"Whose failures are fixed: owner/name or owner/*, separated by commas (default: ORG/*)",
	)
	.option(
		"--agents <names>",
		"Agents with the fields that each takes; the last one gets everything else (default: atlas)",
	)
	.option("--deploy <how>", "How the relay is deployed: helm or kustomize (default: helm)")
	.option("--namespace <name>", "The namespace of the CodeRun controller in your cluster (default: cto)")
	.option("--url <url>", "The worker's address (default: https://healer.example.com)")
	.option("--healer <address>", "Git address or path of Healer itself (default: where this copy is from)")
	.option("--force", "Replace files that differ from what it would write")
	.option("-y, --yes", "Ask nothing; keep files that differ")
	.addHelpText(
		"after",
		`
On a terminal it asks for what no flag says. It may run again: answers are kept in package.json, files that differ are shown
and kept unless you say otherwise.

Examples:
  npx healer init ../acme-healer
  npx healer init ../acme-healer --org acme --agents ferris:rust,blaze:frontend,atlas --deploy kustomize --yes`,
	)
	.action(async (folder, options) => {
		const isAsked = !options.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
		await end((await import("./init.ts")).init(folder, options, output, isAsked ? onTerminal : undefined));
	});

program
	.command("check")
	.description("Check a pipeline and its prompts, and show every error and warning")
	.argument("[file]", "The pipeline's file", "pipeline.yaml")
	.option("--strict", "Exit with 1 for a warning, too")
	.option("--json", "Print errors and warnings as JSON")
	.addHelpText("after", "\nExamples:\n  npx healer check --strict\n  npx healer check other/pipeline.yaml --json")
	.action(async (file, options) => end((await import("./check.ts")).check(file, options, output)));

program
	.command("show")
	.description("Show an incident of a worker; without one, the policy of the pipeline here with its packs as one file")
	.argument("[incident]", "The incident's id, its first digits, or its page's address")
	.option("-v, --verbose", "Of an incident: also every rule that was looked at, with the values that decided")
	.option("--prompt", "Of an incident: also the prompt of its newest attempt")
	.option(...PIPELINE)
	.option(
		"-r, --rule <name>",
		"Of the policy: only what has this name, a rule, tool, filter, event, agent, setting ...",
	)
	.workerOptions()
	.option("--json", "Print GET /api/incidents/{id}; of the policy, it and the origins of its entries")
	.addHelpText(
		"after",
		`
An incident: why which agent has it, its state and attempts, what it waits for, what comes next, links.
The policy: pipeline.yaml and its packs merged, and where each part comes from. It asks no worker.
${READING}
Examples:
  npx healer show 0123456789ab
  npx healer show 0123456789ab --verbose
  npx healer show 0123456789ab --prompt
  npx healer show
  npx healer show --rule rust_clippy
  npx healer show --rule lifecycle.push --json`,
	)
	.action(async (incident, options) => {
		const { show, showOne } = await import("./show.ts");
		await end(incident === undefined ? show(options, output) : showOne(incident, options, process.env, output));
	});

program
	.command("build")
	.description("Check a pipeline and write the artefact that the worker imports")
	.option(...PIPELINE)
	.option("-o, --out <file>", "Where to write it", "dist/pipeline.json")
	.option("--schema [file]", "Write the JSON Schema for editors instead (pipeline.schema.json)")
	.option("--relay [file]", "Write the relay as one file for its container image instead (dist/relay.mjs)")
	.option("--page [folder]", "Write the files of the page that the worker serves instead (dist/page)")
	.addHelpText("after", "\nExamples:\n  npx healer build\n  npx healer build --schema\n  npx healer build --relay")
	.action(async (options) => {
		// https://developers.cloudflare.com/workers/wrangler/custom-builds/
		const wrangler = process.env.WRANGLER_COMMAND;
		await end((await import("./build.ts")).build({ ...options, wrangler }, output));
	});

program
	.command("test")
	.description("Run a pipeline's test cases: failures with their expected decisions")
	.argument(
		"[files...]",
		"YAML files with cases (default: cases/ and test/cases/pipeline/ next to the pipeline, and its packs' cases)",
	)
	.option(...PIPELINE)
	.option("-w, --watch", "Run again whenever a file changes, until Ctrl-C")
	.option("--coverage", "List every rule that no case covers")
	.option("--json", "Print results as JSON")
	.addHelpText("after", "\nExamples:\n  npx healer test\n  npx healer test my-cases.yaml --watch")
	.action(async (files, options) => {
		const { test, testOnChange } = await import("./test.ts");
		await end(options.watch ? testOnChange(files, options, output, interrupted()) : test(files, options, output));
	});

program
	.command("case")
	.description(
		"Write a test case from a real incident: its fields, log excerpt and changed files, and what was decided",
	)
	.argument("<incident>", "The incident's id, its first digits, or its page's address")
	.option(...PIPELINE)
	.option("-o, --out <file>", "Add it to this file's cases instead of printing it")
	.option("--agent <name>", "Expect this agent, the right one, instead of what was decided")
	.option("--type <type>", "Expect this failure type, the right one, instead of what was decided")
	.workerOptions()
	.addHelpText(
		"after",
		`${ADMINISTERING}
The log excerpt is redacted. Read it all the same before you commit it.

Examples:
  npx healer case 0123456789abcdef0123456789abcdef
  npx healer case 0123456789abcdef0123456789abcdef --agent bolt --out test/cases/pipeline/wrong.yaml`,
	)
	.action(async (incident, options) =>
		end((await import("./case.ts")).writeCase(incident, options, process.env, output)),
	);

program
	.command("explain")
	.description("Show the verdict of every stage of the pipeline on a delivery")
	.argument("<payload>", "The delivery's body, a JSON file")
	.requiredOption(...EVENT)
	.option(...PIPELINE)
	.option("-l, --log <file>", "File with the failed job's log")
	.option("-f, --files <paths>", "Paths of the changed files, separated by commas", commaSeparated)
	.option("--history <file>", "File with the check's history, as in a case (YAML): whose failure is it?")
	.option("--json", "Print the whole explanation as JSON")
	.option("-v, --verbose", "Show every rule that was looked at, with the values that decided")
	.addHelpText(
		"after",
		"\nExamples:\n  npx healer explain payload.json --event workflow_job\n  npx healer explain payload.json --event workflow_job --verbose\n  npx healer explain payload.json --event workflow_job --log job.log --files src/a.rs,Cargo.toml\n  npx healer explain payload.json --event workflow_run --log job.log --history history.yaml",
	)
	.action(async (payload, options) => end((await import("./explain.ts")).explain(payload, options, output)));

program
	.command("route")
	.description("Route failures read as JSON lines from stdin")
	.option(...PIPELINE)
	.option("--json", "Print one JSON object per line: {id, agent, failure_type, rule}")
	.addHelpText(
		"after",
		`
A case: {"id", "workflow_name", "workflow_path", "job_name", "failed_steps", "changed_files", "log", "event", "alert"};
every field may be null or absent.

Examples:
  npx healer route --json < cases.jsonl`,
	)
	.action(async (options) => end((await import("./route.ts")).route(process.stdin, options, output)));

program
	.command("backtest")
	.description("Show which decisions another version of the pipeline would change")
	.argument("[files...]", "Cases as for `healer route` (default: the incidents of a worker's journal)")
	.option("-p, --pipeline <file>", "The pipeline to test", "pipeline.yaml")
	.option("--base <file>", "The pipeline to compare cases from files with", "pipeline.yaml")
	.workerOptions()
	.option("--limit <count>", "Maximum number of incidents to read from the journal, newest first", wholeNumber, 1000)
	.option("--fail-on-change", "Exit with 1 if an agent, a failure type or a skip would change")
	.option("--json", "Print every incident with both decisions as JSON")
	.addHelpText(
		"after",
		`${ADMINISTERING}\nExamples:\n  npx healer backtest --pipeline other.yaml\n  npx healer backtest --pipeline other.yaml cases.jsonl`,
	)
	.action(async (files, options) => end((await import("./backtest.ts")).backtest(files, options, process.env, output)));

program
	.command("push")
	.description("Check a pipeline, run its cases, show what changes, and activate it on a worker, without a deploy")
	.option(...PIPELINE)
	.option("-m, --message <text>", "What this version is about; recorded with it")
	.option("--dry-run", "Do everything but the push")
	.option("--skip-cases", "Push without running the cases beside the pipeline")
	.option("--limit <count>", "Maximum number of stored incidents to try it on, newest first", wholeNumber, 200)
	.option("-y, --yes", "Do not ask before it is activated; nothing is asked without a terminal")
	.workerOptions()
	.option("--json", "Print {version, before} as JSON; with --dry-run, what changes")
	.addHelpText(
		"after",
		`${ADMINISTERING}
Author of the version is git's user.name, else USER, else the token's name.

Examples:
  npx healer push --dry-run
  HEALER_URL=https://healer.example.com npx healer push --message "Send Go to gopher"`,
	)
	.action(async (options) => {
		const isAsked = !options.yes && !options.json && process.stdin.isTTY === true && process.stdout.isTTY === true;
		await end((await import("./push.ts")).push(options, process.env, output, isAsked ? askOnTerminal : undefined));
	});

program
	.command("pipelines")
	.description("List the pushed pipelines that a worker keeps: which is active, who pushed it and why")
	.workerOptions()
	.option("--json", "Print the answer of GET /api/pipeline")
	.addHelpText("after", `${READING}\nExamples:\n  npx healer pipelines`)
	.action(async (options) => end((await import("./pipelines.ts")).pipelines(options, process.env, output)));

program
	.command("rollback")
	.description("Roll back to the previously pushed pipeline")
	.option("--to <version>", "Roll back to this stored version (see healer pipelines), or to bundled, the deployed one")
	.workerOptions()
	.option("--json", "Print {version, before} as JSON")
	.addHelpText("after", `${ADMINISTERING}\nExamples:\n  npx healer rollback\n  npx healer rollback --to bundled`)
	.action(async (options) => end((await import("./rollback.ts")).rollback(options, process.env, output)));

program
	.command("insights")
	.description("Show what was fixed, how fast and by which agent, and which rules chose wrong")
	.option("--since <when>", "Start of the period: a duration back such as 24h or 30d, or an ISO 8601 time", "7d")
	.option("-r, --repository <name>", "Only this repository, owner/name")
	.option("--patch", "Show each suggestion as a patch of the pipeline, with its backtest over the stored incidents")
	.option(...PIPELINE)
	.option("--limit <count>", "Maximum number of incidents to read for the backtests, newest first", wholeNumber, 1000)
	.workerOptions()
	.option("--json", "Print the answer of GET /api/insights; with --patch {patches}")
	.addHelpText(
		"after",
		`${READING}
  With --patch it needs HEALER_ADMIN_TOKENS or HEALER_API_TOKEN.

Examples:
  npx healer insights
  npx healer insights --since 30d --repository acme/shop
  npx healer insights --since 30d --patch`,
	)
	.action(async (options) => end((await import("./insights.ts")).insights(options, process.env, output)));

program
	.command("export")
	.description("Write a worker's journal as JSON lines: each incident with its attempts, timeline and deliveries")
	.option(
		"--since <when>",
		"Start of the period: a duration back such as 30d, or an ISO 8601 time (default: everything)",
	)
	.option("--cursor <cursor>", "Continue from this cursor, which an interrupted export prints")
	.workerOptions()
	.addHelpText(
		"after",
		`${ADMINISTERING}\nExamples:\n  npx healer export > journal.jsonl\n  npx healer export --since 30d > journal.jsonl`,
	)
	.action(async (options) => end((await import("./export.ts")).exportJournal(options, process.env, output)));

program
	.command("audit")
	.description("Show who pushed, rolled back, paused, resumed, released, retried and stopped, and when")
	.option("--since <when>", "Start of the period: a duration back such as 24h or 30d, or an ISO 8601 time", "30d")
	.workerOptions()
	.option("--json", "Print one JSON object per line")
	.addHelpText("after", `${ADMINISTERING}\nExamples:\n  npx healer audit\n  npx healer audit --since 366d --json`)
	.action(async (options) => end((await import("./audit.ts")).audit(options, process.env, output)));

program
	.command("notify")
	.description("List the targets of notifications and how they fare, or send a test message to one or to all")
	.addArgument(new Argument("<action>", "What to do").choices(["list", "test"]))
	.argument("[name]", "Only this target, an entry of the pipeline's notify")
	.workerOptions()
	.option("--json", "Print the targets, or the results of the test, as JSON")
	.addHelpText(
		"after",
		`${OPERATING}
  To list, HEALER_READ_TOKENS suffices.

It exits with 1 if a target has no URL, is failing, or does not accept the test message.

Examples:
  npx healer notify list
  npx healer notify test
  npx healer notify test oncall`,
	)
	.action(async (action, name, options) =>
		end((await import("./notify.ts")).notify(action, name, options, process.env, output)),
	);

program
	.command("app-manifest")
	.description("Print the manifest of the GitHub App that the pipeline needs: its permissions and events")
	.option(...PIPELINE)
	.option("-u, --url <url>", "The worker's URL", "https://healer.example.com")
	.option("-n, --name <name>", "The App's name", "Healer")
	.addHelpText(
		"after",
		"\nTo create an App from it, see docs/events.md.\n\nExamples:\n  npx healer app-manifest --url https://healer.example.com > manifest.json",
	)
	.action(async (options) => end((await import("./app-manifest.ts")).printAppManifest(options, output)));

program
	.command("app")
	.description("Work with the GitHub App")
	.command("create")
	.description("Create the GitHub App that the pipeline needs, in the browser, and store its secrets")
	.option(...PIPELINE)
	.requiredOption("-u, --url <url>", "The worker's URL, which GitHub delivers to")
	.option("-n, --name <name>", "The App's name", "Healer")
	.option("--org <login>", "The organisation that owns it (default: you)")
	.option("--github-url <url>", "An Enterprise host instead of github.com", "https://github.com")
	.option("--api-url <url>", "Its API (default: https://api.github.com, or HOST/api/v3)")
	.option("--store <where>", "Where its secrets go: wrangler, file or show", "file")
	.option("--out <file>", "The file, readable by you alone", "github-app.env")
	.option("--within <minutes>", "How long to wait for you", wholeNumber, 15)
	.addHelpText(
		"after",
		`
It prints a page on this machine that posts the App's manifest to GitHub. GitHub shows the App's key and webhook secret only
once: they are stored with \`wrangler secret put\`, in a file, or printed.

Examples:
  npx healer app create --org acme --url https://healer.example.com
  npx healer app create --org acme --url https://healer.example.com --store wrangler`,
	)
	.action(async (options) => end((await import("./app-create.ts")).createApp(options, output)));

program
	.command("pause")
	.description(
		"Stop a worker from creating CodeRuns, for all repositories, one of them or one agent, immediately and without a deploy; incidents wait and none is lost",
	)
	.argument("[repository]", "The repository, owner/name (default: all)")
	.option("--reason <text>", "Reason to show in /api/status")
	.option("--agent <name>", "Pause this agent, in all repositories")
	.option("--for <time>", "How long it lasts, such as 4h (default: until somebody resumes)")
	.workerOptions()
	.option("--json", "Print the answer of POST /api/pause")
	.addHelpText(
		"after",
		`${OPERATING}
Examples:
  npx healer pause --reason "cluster migration"
  npx healer pause acme/shop --for 4h --reason "a release"
  npx healer pause --agent rex --reason "a new model"`,
	)
	.action(async (repository, options) =>
		end((await import("./pause.ts")).pause(repository, options, process.env, output)),
	);

program
	.command("resume")
	.description("End a pause and release the incidents that waited")
	.argument("[repository]", "The repository that was paused by itself (default: the pause of all)")
	.workerOptions()
	.option("--agent <name>", "The agent that was paused by itself")
	.option("--json", "Print the answer of DELETE /api/pause")
	.addHelpText(
		"after",
		`${OPERATING}\nExamples:\n  npx healer resume\n  npx healer resume acme/shop\n  npx healer resume --agent rex`,
	)
	.action(async (repository, options) =>
		end((await import("./pause.ts")).resume(repository, options, process.env, output)),
	);

program
	.command("retry")
	.description("Start incidents over, or give them to another agent, also while one works on them")
	.argument("<incidents...>", "The incidents' ids, or their first digits")
	.option("-a, --agent <name>", "The agent that gets it (default: the one that the rules choose)")
	.workerOptions()
	.option("--json", "Print {id, status, attempt} or {id, error}, one a line")
	.addHelpText(
		"after",
		`
Without --agent it applies to an incident that waits, is unverified, failed, escalated, cancelled or dead. With it, also to one
that is running or awaits CI or its merge; a CodeRun that runs is not interrupted, and the next one starts once it has ended.
${OPERATING}
Examples:
  npx healer retry 0123456789abcdef0123456789abcdef
  npx healer retry 0123456789abcdef0123456789abcdef --agent bolt`,
	)
	.action(async (ids, options) => end((await import("./retry.ts")).retry(ids, options, process.env, output)));

addOperatorCommands(program, { output, end, interrupted });

program
	.command("replay")
	.description("Sign a payload and post it as GitHub would")
	.argument("<payload>", "The delivery's body, a JSON file")
	.requiredOption(...EVENT)
	.option(
		"-u, --url <url>",
		"Where to post (default: the hub of this state folder, else http://127.0.0.1:8787/webhooks/github)",
	)
	.option("-s, --secret <secret>", "The webhook's secret (default: GITHUB_WEBHOOK_SECRET, else the state folder's)")
	.option("-d, --delivery <id>", "X-GitHub-Delivery (default: a new UUID)")
	.addHelpText(
		"after",
		"\nExamples:\n  npx healer replay payload.json --event workflow_job\n  npx healer replay payload.json --event workflow_job --url https://healer.example/webhooks/github --secret abc",
	)
	.action(async (payload, options) => end((await import("./replay.ts")).replay(payload, options, process.env, output)));

program
	.command("finish")
	.description("Finish a CodeRun of the state folder, as a controller in a cluster would")
	.argument("<name>", "The CodeRun's name")
	.option("--phase <phase>", "Terminal phase: Succeeded, Failed, Completed or Error", "Succeeded")
	.addHelpText("after", "\nExamples:\n  npx healer finish healer-ci-rex-0123456789abcdef --phase Succeeded")
	.action(async (name, options) => end((await import("./finish.ts")).finish(name, options, process.env, output)));

program
	.command("relay")
	.description("Run only the relay, which creates CodeRuns and reports their outcomes")
	.addHelpText(
		"after",
		`
Environment:
  HEALER_SINK             where CodeRuns are created: directory or kubernetes (directory)
  KUBECONFIG              the cluster (default: the one that this Pod runs in)
  HEALER_NAMESPACE        namespace of CodeRuns in the cluster (cto)
  HEALER_STATE_DIR        folder of CodeRuns when the sink is directory (.healer)
  HEALER_URL              URL of the worker, which receives outcomes
  HEALER_WIRE_SECRETS     secrets shared with the worker; the first signs, any is accepted
  HEALER_REPOSITORIES     repositories that CodeRuns may work on: owner/name, owner/*
  HEALER_GITHUB_APPS      GitHub Apps that they may run as: 5DLabs-Rex, 5DLabs-Blaze
  HEALER_RELAY_HOST, HEALER_RELAY_PORT
                          address to listen on (127.0.0.1, 8788)
  HEALER_DEADLINE         deadline for CodeRuns without one of their own, such as 2h (none)
  HEALER_DELETE_OVERDUE   delete overdue CodeRuns (true), or only report them (false)

Examples:
  HEALER_SINK=kubernetes KUBECONFIG=~/.kube/config HEALER_URL=https://healer.example.com npx healer relay`,
	)
	.action(async () => end((await import("./relay.ts")).relay(process.env, output)));

program
	.command("cluster")
	.description("Run a real Kubernetes API server with the CodeRun resource on this machine, to try things out")
	.option("-n, --namespace <name>", "Namespace to create", "cto")
	.addHelpText(
		"after",
		`
kube-apiserver, etcd and kubectl come from KUBEBUILDER_ASSETS, else from a cache, else they are built once with Go.

Examples:
  npx healer cluster`,
	)
	.action(async (options) => end((await import("./cluster.ts")).cluster(options, process.env, output)));

program
	.command("doctor")
	.description("Check every part that can be reached from here, and report what is wrong and what to do")
	.option(...PIPELINE)
	.option("--json", "Print the checks as JSON")
	.option("--strict", "Exit with 1 for warnings and unknown parts, too")
	.addHelpText(
		"after",
		`
It changes nothing. Every part is checked, whatever the others say: ok, warning, failed, or unknown, where it could not be
checked from here. Exits with 1 when a part failed. Without HEALER_URL and RELAY_URL it checks the hub that runs on the
state folder; wrangler.toml and deploy/ are read beside the pipeline.

Environment:
  HEALER_URL, RELAY_URL   URLs of the worker, and of the relay as the worker reaches it
  GITHUB_WEBHOOK_SECRET, HEALER_API_TOKEN, HEALER_WIRE_SECRETS
                          secrets to test against worker and relay
  HEALER_SENSOR_TOKENS, HEALER_READ_TOKENS, HEALER_OPERATE_TOKENS, HEALER_ADMIN_TOKENS
                          tokens to test, each with what it is for
  GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_API_URL
                          the GitHub App, to test its key and permissions
  KUBECONFIG              the cluster, to check namespace, CodeRun definition, and the relay's permissions and settings
  HEALER_NAMESPACE        namespace of CodeRuns (cto)

Examples:
  npx healer doctor
  HEALER_URL=https://healer.example.com KUBECONFIG=~/.kube/config npx healer doctor --json`,
	)
	.action(async (options) => {
		await end((await import("./doctor.ts")).doctor(options, process.env, output));
		// A server that does not answer keeps its connection open long after its part was given up.
		setTimeout(() => process.exit(), 1_000).unref();
	});

program.parseAsync().catch((error: unknown) => {
	if (!(error instanceof CommanderError)) throw error;
	// Requested help is not an error; commander has printed everything already.
	process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
});

/** Let the process end by itself: `process.exit` would cut off what a slow pipe has not read yet. */
async function end(code: Promise<ExitCode>): Promise<void> {
	process.exitCode = await code;
}

/** Aborts on Ctrl-C, so that the command ends with its own exit code. */
function interrupted(): AbortSignal {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
	return stop.signal;
}

async function askOnTerminal(question: string): Promise<boolean> {
	return /^y(es)?$/i.test(await readAnswer(question));
}

const onTerminal = {
	confirm: askOnTerminal,
	text: async (question: string, usual: string) =>
		(await readAnswer(`${question}${usual && ` [${usual}]`}: `)) || usual,
};

async function readAnswer(question: string): Promise<string> {
	const { createInterface } = await import("node:readline/promises");
	const terminal = createInterface({ input: process.stdin, output: process.stdout });
	return (await terminal.question(question).finally(() => terminal.close())).trim();
}
