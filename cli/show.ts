import {
	didYouMean,
	type Origin,
	type ResolvedEntry,
	type ResolvedPolicy,
	renderEntries,
	renderPolicy,
	resolvePolicy,
} from "../pipeline/build/index.ts";
import { inUsersNames, namesOf } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { type ShowIncidentOptions, showIncident } from "./incidents/show-incident.ts";
import { exitWith, type Output } from "./output.ts";
import { readPipelineFiles } from "./pipeline-files.ts";
import { type WorkerOptions, withWorker } from "./worker-api.ts";

/** `healer show INCIDENT`. */
export async function showOne(
	incident: string,
	options: WorkerOptions & ShowIncidentOptions & Pick<ShowOptions, "rule">,
	env: NodeJS.ProcessEnv,
	output: Output,
): Promise<ExitCode> {
	if (options.rule !== undefined) {
		return exitWith(output, "--rule is for the policy: leave the incident out, or --rule.", EXIT.usage);
	}
	return await withWorker(options, "read", env, output, (worker) => showIncident(worker, incident, options, output));
}

export interface ShowOptions {
	readonly pipeline: string;
	/** A name, or `stage.name`. */
	readonly rule?: string;
	readonly json?: boolean;
}

/** `healer show`: the policy with its packs as one file, or what has a name; each entry with its origin. */
export async function show({ pipeline, rule, json = false }: ShowOptions, output: Output): Promise<ExitCode> {
	const files = await readPipelineFiles(pipeline);
	if (!files.ok) return exitWith(output, files.problem, EXIT.usage);
	const resolved = resolvePolicy(files.value);
	if (!resolved.ok) {
		return exitWith(output, inUsersNames(resolved.diagnostics, files.value, output.colourfulProblems).rendered);
	}
	const policy = named(resolved.policy, namesOf(files.value));
	const wanted = rule === undefined ? policy.entries : policy.entries.filter((entry) => isCalled(entry, rule));
	if (rule !== undefined && wanted.length === 0) {
		const guess = didYouMean(rule, policy.entries.flatMap(namesOfEntry));
		return exitWith(output, `Nothing is called \`${rule}\`.${guess}`);
	}
	if (json) {
		const shown = rule === undefined ? { pipeline: policy.value, entries: wanted.map(plain) } : wanted.map(withValue);
		output.line(JSON.stringify(shown, undefined, 2));
		return EXIT.ok;
	}
	const yaml = rule === undefined ? renderPolicy(policy) : renderEntries(wanted);
	output.line(dimmed(yaml.trimEnd(), output));
	return EXIT.ok;
}

/** The policy with its files named as the user knows them. */
function named({ value, entries }: ResolvedPolicy, names: ReadonlyMap<string, string>): ResolvedPolicy {
	const shown = ({ file, line }: Origin) => ({ file: names.get(file) ?? file, line });
	return {
		value,
		entries: entries.map((entry) => ({
			...entry,
			from: shown(entry.from),
			over: entry.over.map(shown),
			...(entry.disabled !== undefined && { disabled: shown(entry.disabled) }),
		})),
	};
}

function isCalled(entry: ResolvedEntry, name: string): boolean {
	return namesOfEntry(entry).includes(name);
}

/** Its name, alone and with its stage; a tool is found by its failure types, too. */
function namesOfEntry({ stage, name, value }: ResolvedEntry): readonly string[] {
	const { failures } = (value ?? {}) as { readonly failures?: unknown };
	const types = stage === "tools" && Array.isArray(failures) ? failures.map((failure) => failure?.type) : [];
	return [name, `${stage}.${name}`, ...types.filter((type) => typeof type === "string")];
}

function plain({ stage, name, from, over, disabled }: ResolvedEntry) {
	return { stage, name, ...from, over, ...(disabled !== undefined && { disabled }) };
}

function withValue(entry: ResolvedEntry) {
	return { ...plain(entry), value: entry.value };
}

/** The origins in a quieter colour. */
function dimmed(yaml: string, output: Output): string {
	return yaml.replaceAll(/^ *# .*$/gm, (comment) => output.paint("dim", comment));
}
