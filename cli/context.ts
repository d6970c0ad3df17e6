import path from "node:path";
import {
	type Context,
	type Contexts,
	findContext,
	isWorkerUrl,
	readContexts,
	writeContexts,
} from "./contexts/contexts-file.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { exitWith, type Output } from "./output.ts";
import { table } from "./table.ts";

export interface AddContextOptions {
	readonly url: string;
	readonly tokenFile?: string;
	readonly tokenEnv?: string;
}

/** `healer context add`: stores a worker under a name; the first one becomes the current one. */
export async function addContext(
	name: string,
	{ url, tokenFile, tokenEnv }: AddContextOptions,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	if (!/^[\w.-]{1,63}$/.test(name)) {
		return exitWith(output, "A context's name has letters, digits, dots and dashes.", EXIT.usage);
	}
	if (!isWorkerUrl(url)) {
		return exitWith(output, `${url} is not a worker's URL: give one such as https://healer.example.com.`, EXIT.usage);
	}
	if (tokenFile !== undefined && tokenEnv !== undefined) {
		return exitWith(output, "Give --token-file or --token-env, not both.", EXIT.usage);
	}
	const added: Context = {
		url,
		...(tokenFile !== undefined && { token_file: /^~\//.test(tokenFile) ? tokenFile : path.resolve(tokenFile) }),
		...(tokenEnv !== undefined && { token_env: tokenEnv }),
	};
	return await change(env, output, (before) => ({
		value: { current: before.current ?? name, contexts: { ...before.contexts, [name]: added } },
		done: (file) => `${name} is stored in ${file}.`,
	}));
}

/** `healer context use`. */
export async function selectContext(name: string, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await change(env, output, (before) => {
		const found = findContext(name, before);
		if (!found.ok) return found;
		return { value: { ...before, current: name }, done: () => `${name} is the current context.` };
	});
}

/** `healer context remove`. */
export async function removeContext(name: string, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	return await change(env, output, (before) => {
		const found = findContext(name, before);
		if (!found.ok) return found;
		const { [name]: _, ...contexts } = before.contexts;
		const { current } = before;
		return {
			value: { contexts, ...(current !== undefined && current !== name && { current }) },
			done: () => `${name} is removed.`,
		};
	});
}

/** `healer context list`. */
export async function listContexts(
	{ json = false }: { readonly json?: boolean },
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	const read = await readContexts(env);
	if (!read.ok) return exitWith(output, read.problem, EXIT.usage);
	const { current, contexts } = read.value;
	const rows = Object.entries(contexts).map(([name, context]) => ({ name, current: name === current, ...context }));
	if (json) for (const row of rows) output.line(JSON.stringify(row));
	else if (rows.length === 0) output.line("There is no context. Add one with `healer context add NAME --url URL`.");
	else {
		const cells = rows.map((row) => [row.current ? "*" : "", row.name, row.url, row.token_file ?? row.token_env ?? ""]);
		for (const line of table(["", "name", "url", "token from"], cells, output)) output.line(line);
	}
	return EXIT.ok;
}

type Change = { readonly value: Contexts; readonly done: (file: string) => string } | { readonly problem: string };

async function change(
	env: NodeJS.ProcessEnv,
	output: Output,
	changed: (before: Contexts) => Change,
): Promise<ExitCode> {
	const read = await readContexts(env);
	if (!read.ok) return exitWith(output, read.problem, EXIT.usage);
	const next = changed(read.value);
	if ("problem" in next) return exitWith(output, next.problem, EXIT.usage);
	const written = await writeContexts(env, next.value);
	if (!written.ok) return exitWith(output, written.problem);
	output.line(next.done(written.value));
	return EXIT.ok;
}
