import * as z from "zod";
import { fail, ok, type Result } from "../../wire/result.ts";
import { commaSeparated } from "../option-values.ts";

/** What a configuration repository is made of. Kept in its package.json, so that a second run needs no flags. */
export interface Answers {
	/** The organisation's login on GitHub. */
	readonly org: string;
	/** Globs of `owner/name`. */
	readonly repositories: readonly string[];
	/** The last one also gets what nobody takes. */
	readonly agents: readonly AgentAnswer[];
	readonly deploy: "helm" | "kustomize";
	/** The cluster's, which the CodeRun controller watches. */
	readonly namespace: string;
	/** Where the worker will be reached. */
	readonly url: string;
	/** Git address or path of Healer itself. */
	readonly healer: string;
}

export interface AgentAnswer {
	readonly name: string;
	readonly takes: readonly string[];
}

/** The answers as flags give them. */
export interface GivenAnswers {
	readonly org?: string | undefined;
	readonly repositories?: string | undefined;
	readonly agents?: string | undefined;
	readonly deploy?: string | undefined;
	readonly namespace?: string | undefined;
	readonly url?: string | undefined;
	readonly healer?: string | undefined;
}

// https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i;
const REPOSITORY = /^[a-z\d-]+\/[\w.*-]+$/i;
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
const NAMESPACE = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;
const AGENT = /^[a-z][a-z\d-]{0,30}$/;
const FIELD = /^[a-z][a-z\d_-]*$/;

/** Every problem of the answers, a line each, or the answers. */
export function readAnswers(given: GivenAnswers): Result<Answers> {
	const { org = "", url = "https://healer.example.com", deploy = "helm", namespace = "cto", healer = "" } = given;
	const repositories = commaSeparated(given.repositories ?? `${org}/*`);
	const agents = commaSeparated(given.agents ?? "atlas").map(agentOf);
	const problems = [
		...(LOGIN.test(org)
			? []
			: [`--org ${org || "is missing"}: give your organisation's login on GitHub, such as acme.`]),
		...repositories
			.filter((name) => !REPOSITORY.test(name))
			.map((name) => `--repositories ${name}: give owner/name or owner/*, separated by commas.`),
		...agents
			.filter(({ name, takes }) => !AGENT.test(name) || !takes.every((field) => FIELD.test(field)))
			.map(({ name }) => `--agents ${name}: give names in lower case with their fields, such as ferris:rust,atlas.`),
		...(agents.length === 0 ? ["--agents is empty: give at least one name, such as atlas."] : []),
		...repeated(agents.map(({ name }) => name)).map((name) => `--agents ${name}: it is there twice.`),
		...repeated(agents.flatMap(({ takes }) => takes)).map((field) => `--agents: two of them take ${field}.`),
		...(deploy === "helm" || deploy === "kustomize" ? [] : [`--deploy ${deploy}: choose helm or kustomize.`]),
		...(NAMESPACE.test(namespace)
			? []
			: [`--namespace ${namespace}: give the namespace of the CodeRun controller, such as cto.`]),
		...(isWebAddress(url) ? [] : [`--url ${url}: give the worker's address, such as https://healer.example.com.`]),
	];
	if (problems.length > 0) return fail(problems.join("\n"));
	const how = deploy === "kustomize" ? "kustomize" : "helm";
	return ok({ org, repositories, agents, deploy: how, namespace, url, healer });
}

/** The answers as flags again. */
export function givenOf({ agents, repositories, ...rest }: Answers): GivenAnswers {
	const fields = ({ name, takes }: AgentAnswer) => (takes.length === 0 ? name : `${name}:${takes.join("+")}`);
	return { ...rest, repositories: repositories.join(","), agents: agents.map(fields).join(",") };
}

const keptSchema = z.looseObject({
	healer: z.looseObject({
		init: z.object({
			org: z.string(),
			repositories: z.string(),
			agents: z.string(),
			deploy: z.string(),
			namespace: z.string().optional(),
			url: z.string(),
			healer: z.string(),
		}),
	}),
});

/** The answers of an earlier run, from its package.json; nothing if there was none. */
export function keptAnswers(packageJson: string | undefined): GivenAnswers {
	try {
		return keptSchema.parse(JSON.parse(packageJson ?? "")).healer.init;
	} catch {
		return {};
	}
}

function agentOf(text: string): AgentAnswer {
	const [name = "", fields] = text.split(":");
	return { name, takes: fields === undefined ? [] : fields.split("+") };
}

function repeated(names: readonly string[]): readonly string[] {
	return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

function isWebAddress(text: string): boolean {
	return URL.parse(text)?.protocol === "https:";
}
