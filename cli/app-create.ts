import { spawn } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { appManifest } from "./app-manifest.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { apiOf, type CreatedApp, convertCode } from "./github-app/convert-code.ts";
import { startManifestFlow } from "./github-app/manifest-flow.ts";
import { exitWith, type Output } from "./output.ts";

export interface AppCreateOptions {
	readonly pipeline: string;
	/** The worker's. */
	readonly url: string;
	readonly name: string;
	readonly org?: string;
	readonly githubUrl: string;
	/** Absent: derived from `githubUrl`. */
	readonly apiUrl?: string;
	readonly store: string;
	readonly out: string;
	/** Minutes. */
	readonly within: number;
}

type Store = "wrangler" | "file" | "show";
const STORES: readonly string[] = ["wrangler", "file", "show"] satisfies Store[];

/** `healer app create`: creates the GitHub App that the pipeline needs by its manifest, and stores its secrets. */
export async function createApp(options: AppCreateOptions, output: Output): Promise<ExitCode> {
	const problem = problemOf(options);
	if (problem !== undefined) return exitWith(output, problem, EXIT.usage);
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) return exitWith(output, artefact.problem, EXIT.usage);
	const { githubUrl, org } = options;
	const manifest = appManifest(artefact.value, options);
	const flow = await startManifestFlow({ manifest, githubUrl, org, withinMs: options.within * 60_000 });
	try {
		output.line(`Open ${flow.url}`);
		output.line(`It leads to ${new URL(githubUrl).host}, where you confirm the App. Ctrl-C ends this without one.`);
		const code = await flow.code;
		if (!code.ok) return exitWith(output, code.problem);
		const created = await convertCode(options.apiUrl ?? apiOf(githubUrl), code.value);
		if (!created.ok) return exitWith(output, created.problem);
		output.line(`Created ${created.value.html_url}.`);
		const stored = await store(created.value, options, output);
		output.line(`Next: install it on your repositories: ${created.value.html_url}/installations/new`);
		return stored;
	} finally {
		await flow.close();
	}
}

function problemOf({ url, githubUrl, store: how }: AppCreateOptions): string | undefined {
	if (URL.parse(url)?.protocol !== "https:")
		return `--url ${url}: give the worker's address, which GitHub delivers to, such as https://healer.example.com.`;
	const github = URL.parse(githubUrl);
	const isHere = github?.hostname === "127.0.0.1" || github?.hostname === "localhost";
	if (github === null || !(github.protocol === "https:" || isHere))
		return `--github-url ${githubUrl}: give an address such as https://github.com or https://github.example.com.`;
	if (!STORES.includes(how)) return `--store ${how}: choose ${STORES.join(", ")}.`;
	return undefined;
}

/** GitHub shows the secrets once, so they must not be lost: what wrangler does not take goes into the file. */
async function store(
	app: CreatedApp,
	{ store: how, out, githubUrl }: AppCreateOptions,
	output: Output,
): Promise<ExitCode> {
	const secrets = secretsOf(app, githubUrl);
	if (how === "show") {
		output.line("\nGitHub shows these only now:\n");
		for (const line of envLines(secrets)) output.line(line);
		return EXIT.ok;
	}
	if (how === "wrangler") {
		const put = await putWithWrangler(secrets);
		if (put.ok) {
			output.line(`Stored with wrangler: ${Object.keys(secrets).join(", ")}.`);
			return EXIT.ok;
		}
		output.problem(`${put.problem} The secrets go into a file instead.`);
	}
	const file = await writeSecrets(out, secrets);
	output.line(`${Object.keys(secrets).join(", ")} are in ${file}, which only you can read. Keep it out of Git.`);
	return how === "wrangler" ? EXIT.problem : EXIT.ok;
}

function secretsOf({ id, pem, webhook_secret }: CreatedApp, githubUrl: string): Readonly<Record<string, string>> {
	return {
		GITHUB_APP_ID: String(id),
		GITHUB_PRIVATE_KEY: pem,
		GITHUB_WEBHOOK_SECRET: webhook_secret,
		...(new URL(githubUrl).host !== "github.com" && { GITHUB_API_URL: apiOf(githubUrl) }),
	};
}

/** Line ends of the key as `\n`, which worker and hub read, so that each secret is one line. */
function envLines(secrets: Readonly<Record<string, string>>): readonly string[] {
	return Object.entries(secrets).map(([name, value]) => `${name}="${value.trim().replaceAll("\n", "\\n")}"`);
}

/** By standard input: arguments are visible to everybody on the machine. */
async function putWithWrangler(secrets: Readonly<Record<string, string>>): Promise<Result<undefined>> {
	for (const [name, value] of Object.entries(secrets)) {
		try {
			const wrangler = spawn("npx", ["wrangler", "secret", "put", name], { stdio: ["pipe", "ignore", "inherit"] });
			wrangler.stdin.on("error", () => undefined);
			wrangler.stdin.end(value);
			const [code] = await once(wrangler, "exit");
			if (code !== 0) return fail(`wrangler did not take ${name}: it ended with ${code}.`);
		} catch (error) {
			return fail(`wrangler could not be started: ${messageOf(error)}.`);
		}
	}
	return ok(undefined);
}

/** Never over another file: that one may hold the only copy of a key. */
async function writeSecrets(wanted: string, secrets: Readonly<Record<string, string>>): Promise<string> {
	for (let n = 1; ; n++) {
		const name = n === 1 ? wanted : `${wanted}.${n}`;
		try {
			const file = await open(name, "wx", 0o600);
			await file.writeFile(`${envLines(secrets).join("\n")}\n`);
			await file.close();
			return name;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
	}
}
