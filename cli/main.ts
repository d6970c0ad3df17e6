import { Command, CommanderError, InvalidArgumentError } from "commander";
import own from "../package.json" with { type: "json" };
import { EXIT, type ExitCode } from "./exit-code.ts";
import { createOutput } from "./output.ts";

/** `healer` and its commands. Each is loaded when it is used: `route` shall not wait for the hub's parts. */
const output = createOutput(process.stdout, process.stderr);
const program = new Command("healer")
	.description("One hub between what fails and the agent that fixes it.")
	.version(own.version, "-V, --version", "print this Healer's version")
	.showHelpAfterError("(npx healer --help shows what there is; npx healer help COMMAND, what one takes)")
	.exitOverride()
	.addHelpText(
		"after",
		`
Exit codes:
  0  it did what was asked
  1  it found a problem: a mistake in the pipeline, a failing case, a port that is taken
  2  it could not begin: an unknown option, a missing or unreadable file

Many commands take --json for machines. Colour only on a terminal; NO_COLOR turns it off.`,
	);

const PIPELINE = [
	"-p, --pipeline <file>",
	"the pipeline's file; its prompts lie in prompts/ beside it",
	"pipeline.yaml",
] as const;
const WORKER = ["-u, --url <url>", "the worker (HEALER_URL, else the hub of this state folder)"] as const;
const ASKING = `
Environment:
  HEALER_URL              the worker
  HEALER_API_TOKEN        its token; the state folder's for the hub that runs on it
`;
const EVENT = ["-e, --event <name>", "GitHub's event name, as in X-GitHub-Event"] as const;

program
	.command("start")
	.description("run the hub with everything embedded: worker, journal, queue, cron, relay")
	.option(...PIPELINE)
	.addHelpText(
		"after",
		`
Environment:
  HEALER_PORT             where GitHub's deliveries go (8787)
  HEALER_RELAY_PORT       the relay (8788)
  HEALER_STATE_DIR        everything that is kept (.healer)
  HEALER_SINK             where CodeRuns go: directory, or kubernetes (directory)
  KUBECONFIG, HEALER_NAMESPACE
                          the cluster, and the namespace instead of the pipeline's
  HEALER_LOG=debug        print the worker's log lines, too
  GITHUB_APP_ID, GITHUB_PRIVATE_KEY, GITHUB_API_URL
                          the GitHub App that asks for logs and pull requests
  ARGOCD_SERVER, LOKI_URL, PROMETHEUS_URL, GRAFANA_URL
                          where the context of the cluster is asked for
  GITHUB_WEBHOOK_SECRET, HEALER_API_TOKEN, HEALER_WIRE_SECRETS
                          each made once and kept in <state>/secrets.env unless given

Examples:
  npm start
  HEALER_PORT=9000 HEALER_RELAY_PORT=9001 HEALER_STATE_DIR=/tmp/healer npx healer start`,
	)
	.action(async (options) => end((await import("./start.ts")).start(options, process.env, output)));

program
	.command("check")
	.description("find everything that is wrong with a pipeline and its prompts")
	.argument("[file]", "the pipeline's file", "pipeline.yaml")
	.option("--json", "mistakes as JSON")
	.addHelpText("after", "\nExamples:\n  npx healer check\n  npx healer check other/pipeline.yaml --json")
	.action(async (file, options) => end((await import("./check.ts")).check(file, options, output)));

program
	.command("build")
	.description("check a pipeline and write the artefact that the worker imports")
	.option(...PIPELINE)
	.option("-o, --out <file>", "where to write it", "dist/pipeline.json")
	.option("--schema [file]", "write the JSON Schema for editors instead (pipeline.schema.json)")
	.option("--relay [file]", "write the relay as one file instead, for its container image (dist/relay.mjs)")
	.option("--page [folder]", "write the page's files instead, which the worker serves (dist/page)")
	.addHelpText("after", "\nExamples:\n  npx healer build\n  npx healer build --schema\n  npx healer build --relay")
	.action(async (options) => end((await import("./build.ts")).build(options, output)));

program
	.command("test")
	.description("run a pipeline's cases: what it shall decide about which failure")
	.argument("[files...]", "YAML files with cases (test/cases/pipeline/*.yaml beside the pipeline)")
	.option(...PIPELINE)
	.option("-w, --watch", "again whenever a file that was read changes, until Ctrl-C")
	.option("--coverage", "name every rule that decides no case")
	.option("--json", "results as JSON")
	.addHelpText("after", "\nExamples:\n  npx healer test\n  npx healer test my-cases.yaml --watch")
	.action(async (files, options) => {
		const { test, testOnChange } = await import("./test.ts");
		await end(options.watch ? testOnChange(files, options, output, interrupted()) : test(files, options, output));
	});

program
	.command("explain")
	.description("show what every stage of the pipeline says about a delivery")
	.argument("<payload>", "the delivery's body, a JSON file")
	.requiredOption(...EVENT)
	.option(...PIPELINE)
	.option("-l, --log <file>", "the failed job's log")
	.option("-f, --files <paths>", "the changed files, separated by commas", commaSeparated)
	.option("--json", "the whole explanation as JSON")
	.addHelpText(
		"after",
		"\nExamples:\n  npx healer explain payload.json --event workflow_job\n  npx healer explain payload.json --event workflow_job --log job.log --files src/a.rs,Cargo.toml",
	)
	.action(async (payload, options) => end((await import("./explain.ts")).explain(payload, options, output)));

program
	.command("route")
	.description("say for many failures, one JSON object a line on standard input, which agent gets each")
	.option(...PIPELINE)
	.option("--json", "one JSON object a line: {id, agent, failure_type, rule}")
	.addHelpText(
		"after",
		`
A case: {"id", "workflow_name", "workflow_path", "job_name", "failed_steps", "changed_files", "log", "event", "alert"};
every field may be null or left out.

Examples:
  npx healer route --json < cases.jsonl`,
	)
	.action(async (options) => end((await import("./route.ts")).route(process.stdin, options, output)));

program
	.command("backtest")
	.description("show what another version of the pipeline would have decided, old against new")
	.argument("[files...]", "cases as `healer route` takes them; without any, the incidents of a worker's journal")
	.option("-p, --pipeline <file>", "the pipeline to try", "pipeline.yaml")
	.option("--base <file>", "the pipeline that cases in files are compared with", "pipeline.yaml")
	.option(...WORKER)
	.option("--limit <count>", "incidents of the journal at most, newest first", wholeNumber, 1000)
	.option("--fail-on-change", "exit code 1 when an agent, a failure type or a skip would be another")
	.option("--json", "every incident with both decisions as JSON")
	.addHelpText(
		"after",
		`${ASKING}\nExamples:\n  npx healer backtest --pipeline other.yaml\n  npx healer backtest --pipeline other.yaml cases.jsonl`,
	)
	.action(async (files, options) => end((await import("./backtest.ts")).backtest(files, options, process.env, output)));

program
	.command("push")
	.description("check a pipeline and put it in force on a worker, without a deploy")
	.option(...PIPELINE)
	.option(...WORKER)
	.option("--json", "{version, before} as JSON")
	.addHelpText("after", `${ASKING}\nExamples:\n  HEALER_URL=https://healer.example.com npx healer push`)
	.action(async (options) => end((await import("./push.ts")).push(options, process.env, output)));

program
	.command("rollback")
	.description("put the pipeline in force again that was pushed before the one that is")
	.option("--to <version>", "another one of those kept (GET /api/pipeline), or bundled, the one that was deployed")
	.option(...WORKER)
	.option("--json", "{version, before} as JSON")
	.addHelpText("after", `${ASKING}\nExamples:\n  npx healer rollback\n  npx healer rollback --to bundled`)
	.action(async (options) => end((await import("./rollback.ts")).rollback(options, process.env, output)));

program
	.command("insights")
	.description("show how well it goes: what was fixed, how fast, by whom, and which rules were wrong")
	.option("--since <when>", "a length of time back, such as 24h or 30d, or an ISO 8601 time", "7d")
	.option("-r, --repository <name>", "one repository, owner/name")
	.option(...WORKER)
	.option("--json", "as GET /api/insights answers")
	.addHelpText(
		"after",
		`${ASKING}\nExamples:\n  npx healer insights\n  npx healer insights --since 30d --repository acme/shop`,
	)
	.action(async (options) => end((await import("./insights.ts")).insights(options, process.env, output)));

program
	.command("export")
	.description("write a worker's journal as JSON lines: each incident with its attempts, timeline and deliveries")
	.option("--since <when>", "a length of time back, such as 30d, or an ISO 8601 time (everything)")
	.option("--cursor <cursor>", "go on behind this one, which an export that ended gave")
	.option(...WORKER)
	.addHelpText(
		"after",
		`${ASKING}\nExamples:\n  npx healer export > journal.jsonl\n  npx healer export --since 30d > journal.jsonl`,
	)
	.action(async (options) => end((await import("./export.ts")).exportJournal(options, process.env, output)));

program
	.command("app-manifest")
	.description("print the manifest of the GitHub App that the pipeline needs: its permissions and events")
	.option(...PIPELINE)
	.option("-u, --url <url>", "where the worker is", "https://healer.example.com")
	.option("-n, --name <name>", "the App's name", "Healer")
	.addHelpText(
		"after",
		"\nGitHub makes an App of it: docs/events.md says how.\n\nExamples:\n  npx healer app-manifest --url https://healer.example.com > manifest.json",
	)
	.action(async (options) => end((await import("./app-manifest.ts")).printAppManifest(options, output)));

program
	.command("pause")
	.description("stop a worker from making CodeRuns, at once and without a deploy; incidents wait, none is lost")
	.option("--reason <text>", "why, for those who look at /api/status")
	.option(...WORKER)
	.addHelpText("after", `${ASKING}\nExamples:\n  npx healer pause --reason "the cluster moves"`)
	.action(async (options) => end((await import("./pause.ts")).pause(options, process.env, output)));

program
	.command("resume")
	.description("end a pause: what waited goes on")
	.option(...WORKER)
	.addHelpText("after", `${ASKING}\nExamples:\n  npx healer resume`)
	.action(async (options) => end((await import("./pause.ts")).resume(options, process.env, output)));

program
	.command("replay")
	.description("sign a payload and post it as GitHub would")
	.argument("<payload>", "the delivery's body, a JSON file")
	.requiredOption(...EVENT)
	.option("-u, --url <url>", "where to (the hub of this state folder, else http://127.0.0.1:8787/webhooks/github)")
	.option("-s, --secret <secret>", "the webhook's secret (GITHUB_WEBHOOK_SECRET, else the state folder's)")
	.option("-d, --delivery <id>", "X-GitHub-Delivery (a new one)")
	.addHelpText(
		"after",
		"\nExamples:\n  npx healer replay payload.json --event workflow_job\n  npx healer replay payload.json --event workflow_job --url https://healer.example/webhooks/github --secret abc",
	)
	.action(async (payload, options) => end((await import("./replay.ts")).replay(payload, options, process.env, output)));

program
	.command("finish")
	.description("mark a CodeRun of the state folder as finished, as a controller in a cluster would")
	.argument("<name>", "the CodeRun's name")
	.option("--phase <phase>", "Succeeded, Failed, Completed or Error", "Succeeded")
	.addHelpText("after", "\nExamples:\n  npx healer finish healer-ci-rex-0123456789abcdef --phase Succeeded")
	.action(async (name, options) => end((await import("./finish.ts")).finish(name, options, process.env, output)));

program
	.command("relay")
	.description("run the relay alone: it makes CodeRuns, and reports how they ended")
	.addHelpText(
		"after",
		`
Environment:
  HEALER_SINK             directory, or kubernetes (directory)
  KUBECONFIG              the cluster to use; without it the one that this runs in
  HEALER_NAMESPACE        where CodeRuns are made (cto)
  HEALER_STATE_DIR        where they are made when the sink is a directory (.healer)
  HEALER_URL              the worker, where outcomes are posted
  HEALER_WIRE_SECRETS     what worker and relay sign with; the first signs, any is accepted
  HEALER_REPOSITORIES     what CodeRuns may work on: owner/name, owner/*
  HEALER_GITHUB_APPS      whom they may run as: 5DLabs-Rex, 5DLabs-Blaze
  HEALER_RELAY_HOST, HEALER_RELAY_PORT
                          where it listens (127.0.0.1, 8788)
  HEALER_DEADLINE         ends CodeRuns that take longer and bring no deadline along: 2h (none)
  HEALER_DELETE_OVERDUE   whether they are deleted, or only reported (true)

Examples:
  HEALER_SINK=kubernetes KUBECONFIG=~/.kube/config HEALER_URL=https://healer.example.com npx healer relay`,
	)
	.action(async () => end((await import("./relay.ts")).relay(process.env, output)));

program
	.command("cluster")
	.description("run a real Kubernetes API server with CodeRuns on this machine, to try things")
	.option("-n, --namespace <name>", "a namespace to make", "cto")
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
	.description("look at every part that can be reached from here, and say what is missing and how to cure it")
	.option(...PIPELINE)
	.option("--json", "what was found as JSON")
	.addHelpText(
		"after",
		`
It changes nothing, and skips what it is not told of. Without HEALER_URL and RELAY_URL it looks at the hub that runs on
the state folder.

Environment:
  HEALER_URL, RELAY_URL   the worker, and the relay as the worker reaches it
  GITHUB_WEBHOOK_SECRET, HEALER_API_TOKEN, HEALER_WIRE_SECRETS
                          tried on them, each as its owner would use it
  KUBECONFIG              the cluster: its namespace, the CodeRun definition, the relay's permissions
  HEALER_NAMESPACE        where CodeRuns are made (cto)

Examples:
  npx healer doctor
  HEALER_URL=https://healer.example.com KUBECONFIG=~/.kube/config npx healer doctor --json`,
	)
	.action(async (options) => end((await import("./doctor.ts")).doctor(options, process.env, output)));

program.parseAsync().catch((error: unknown) => {
	if (!(error instanceof CommanderError)) throw error;
	// Help that was asked for is no mistake; commander has printed everything already.
	process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
});

/** The process ends by itself once everything is written: `process.exit` would cut what a slow pipe has not taken. */
async function end(code: Promise<ExitCode>): Promise<void> {
	process.exitCode = await code;
}

/** Aborted by Ctrl-C, so that what runs until then ends with its own exit code. */
function interrupted(): AbortSignal {
	const stop = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
	return stop.signal;
}

function wholeNumber(text: string): number {
	if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError("It is a whole number, 1 or more.");
	return Number(text);
}

function commaSeparated(text: string): string[] {
	return text
		.split(",")
		.map((part) => part.trim())
		.filter((part) => part !== "");
}
