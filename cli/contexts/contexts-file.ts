import { mkdir } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { writeAtomic } from "../../relay/cluster/directory/atomic-file.ts";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { splitList } from "../../wire/secret-list.ts";
import { readOptionalText, readText } from "../read-input.ts";

/** A worker by name. The file holds no token, only where one is. */
const context = z.strictObject({
	url: z.string().refine(isWorkerUrl, "a worker's URL, such as https://healer.example.com"),
	token_file: z.string().optional(),
	token_env: z.string().optional(),
});

const contexts = z.strictObject({
	current: z.string().optional(),
	contexts: z.record(z.string(), context).default({}),
});

export type Context = z.infer<typeof context>;
export type Contexts = z.infer<typeof contexts>;

/** What the file takes as a worker's URL; so nothing else may be written to it. */
export function isWorkerUrl(text: string): boolean {
	return /^https?:\/\/\S+$/.test(text) && URL.canParse(text);
}

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** HEALER_CONFIG, else in the user's configuration folder; undefined if the environment names neither. */
function contextsFile(env: NodeJS.ProcessEnv): string | undefined {
	if (env.HEALER_CONFIG) return path.resolve(env.HEALER_CONFIG);
	const folder = env.XDG_CONFIG_HOME || (env.HOME && path.join(env.HOME, ".config"));
	return folder ? path.join(folder, "healer", "config.yaml") : undefined;
}

/** All contexts; none if there is no file. */
export async function readContexts(env: NodeJS.ProcessEnv): Promise<Result<Contexts>> {
	const file = contextsFile(env);
	const text = file === undefined ? ok(undefined) : await readOptionalText(file);
	if (!text.ok) return text;
	if (text.value === undefined) return ok({ contexts: {} });
	try {
		const read = contexts.safeParse(parse(text.value) ?? {});
		if (read.success) return ok(read.data);
		const [issue] = read.error.issues;
		return fail(`${file}: ${issue?.path.join(".") || "the file"}: ${issue?.message}.`);
	} catch (error) {
		return fail(`${file} is not YAML: ${messageOf(error)}`);
	}
}

/** Readable by its owner only. */
export async function writeContexts(env: NodeJS.ProcessEnv, value: Contexts): Promise<Result<string>> {
	const file = contextsFile(env);
	if (file === undefined) return fail("There is no place for contexts: set HOME, or HEALER_CONFIG to a file.");
	try {
		await mkdir(path.dirname(file), { recursive: true, mode: FOLDER_MODE });
		await writeAtomic(file, stringify(value), FILE_MODE);
		return ok(file);
	} catch (error) {
		return fail(`${file} cannot be written: ${messageOf(error)}`);
	}
}

/** The context to use: the named one, else HEALER_CONTEXT, else the current one; undefined if nothing names one. */
export async function chosenContext(
	name: string | undefined,
	env: NodeJS.ProcessEnv,
): Promise<Result<Context | undefined>> {
	const read = await readContexts(env);
	if (!read.ok) return read;
	const chosen = name ?? (env.HEALER_CONTEXT || read.value.current);
	if (chosen === undefined) return ok(undefined);
	return findContext(chosen, read.value);
}

/** The context of this name; the problem of another name says which there are. */
export function findContext(name: string, { contexts }: Contexts): Result<Context> {
	const found = Object.hasOwn(contexts, name) ? contexts[name] : undefined;
	if (found !== undefined) return ok(found);
	const names = Object.keys(contexts);
	const known = names.length === 0 ? "there is none yet" : `there are ${names.join(", ")}`;
	return fail(`No context is called ${name}: ${known}. Add it with \`healer context add ${name} --url URL\`.`);
}

/** The first token of the context's file or variable; undefined if it names none. */
export async function tokenOf(
	{ token_file, token_env }: Context,
	env: NodeJS.ProcessEnv,
): Promise<Result<string | undefined>> {
	if (token_env !== undefined) {
		const [token] = splitList(env[token_env]);
		return token === undefined ? fail(`${token_env}, which the context takes its token from, is not set.`) : ok(token);
	}
	if (token_file === undefined) return ok(undefined);
	const text = await readText(token_file.replace(/^~(?=\/)/, env.HOME ?? "~"));
	if (!text.ok) return text;
	const [token] = splitList(text.value);
	return token === undefined ? fail(`${token_file} has no token.`) : ok(token);
}
