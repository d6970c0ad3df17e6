import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { unifiedDiff } from "../pipeline/text/unified-diff.ts";
import { codeOf } from "../relay/file-kind.ts";
import { messageOf } from "../wire/message-of.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type GivenAnswers, keptAnswers, readAnswers } from "./init/answers.ts";
import { filesOf } from "./init/files.ts";
import { exitWith, type Output } from "./output.ts";

export interface InitOptions extends GivenAnswers {
	/** Overwrite what differs. */
	readonly force?: boolean;
	/** Ask nothing. */
	readonly yes?: boolean;
}

/** Asks a person; undefined without a terminal. */
export interface Asking {
	text(question: string, usual: string): Promise<string>;
	confirm(question: string): Promise<boolean>;
}

const ROOT = path.join(import.meta.dirname, "..");

/**
 * `healer init`: writes a configuration repository. A file that is already there is changed only if a person says so, or with
 * `--force`.
 */
export async function init(folder: string, options: InitOptions, output: Output, ask?: Asking): Promise<ExitCode> {
	try {
		const given = {
			healer: await originOfHealer(),
			...keptAnswers(await textOf(folder, "package.json")),
			...present(options),
		};
		const answers = readAnswers(ask === undefined || options.yes ? given : await asked(given, options, ask));
		if (!answers.ok) return exitWith(output, `${answers.problem}\nNothing was written.`, EXIT.usage);
		const wrangler = await readFile(path.join(ROOT, "wrangler.toml"), "utf8");
		const kept: string[] = [];
		for (const [name, text] of Object.entries(filesOf(answers.value, wrangler))) {
			const done = await place(folder, { name, text }, options, output, ask);
			if (done === "kept") kept.push(name);
		}
		if (kept.length > 0) output.line(`Kept as they are: ${kept.join(", ")}. --force replaces them.`);
		output.line(`Next: ${path.join(folder, "README.md")} says what to do, step by step.`);
		return EXIT.ok;
	} catch (error) {
		return exitWith(output, `${folder} cannot be written: ${messageOf(error)}.`);
	}
}

/** Asks for what no flag gives. */
async function asked(given: GivenAnswers, flags: GivenAnswers, ask: Asking): Promise<GivenAnswers> {
	const org = flags.org ?? (await ask.text("Your organisation's login on GitHub", given.org ?? ""));
	const text = async (
		name: "repositories" | "agents" | "deploy" | "namespace" | "url",
		question: string,
		usual: string,
	) => flags[name] ?? (await ask.text(question, given[name] ?? usual));
	return {
		...given,
		org,
		repositories: await text("repositories", "Repositories whose failures are fixed, separated by commas", `${org}/*`),
		agents: await text(
			"agents",
			"Agents with the fields that each takes, such as ferris:rust,atlas; the last one gets everything else",
			"atlas",
		),
		deploy: await text("deploy", "The relay by helm or kustomize", "helm"),
		namespace: await text("namespace", "The namespace of the CodeRun controller", "cto"),
		url: await text("url", "The worker's address, once it is deployed", "https://healer.example.com"),
	};
}

async function place(
	folder: string,
	{ name, text }: { readonly name: string; readonly text: string },
	{ force, yes }: InitOptions,
	output: Output,
	ask: Asking | undefined,
): Promise<"written" | "unchanged" | "kept"> {
	const before = await textOf(folder, name);
	if (before === text) return "unchanged";
	if (before !== undefined && !force) {
		for (const line of unifiedDiff(name, before, text)) output.line(line);
		if (yes || !(await ask?.confirm(`Replace ${name}? [y/N] `))) return "kept";
	}
	const file = path.join(folder, name);
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, text);
	output.line(`${before === undefined ? "Wrote" : "Replaced"} ${name}`);
	return "written";
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
	try {
		return await readFile(path.join(folder, name), "utf8");
	} catch (error) {
		if (codeOf(error) === "ENOENT") return undefined;
		throw error;
	}
}

/** Where this copy of Healer comes from; its own folder if it is not a clone. */
async function originOfHealer(): Promise<string> {
	try {
		const { stdout } = await promisify(execFile)("git", ["-C", ROOT, "remote", "get-url", "origin"]);
		return stdout.trim() || ROOT;
	} catch {
		return ROOT;
	}
}

function present({ org, repositories, agents, deploy, namespace, url, healer }: GivenAnswers): GivenAnswers {
	const given = { org, repositories, agents, deploy, namespace, url, healer };
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
