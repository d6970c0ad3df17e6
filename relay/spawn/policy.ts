import { codeRunName } from "../../wire/coderun-name.ts";
import type { RefusedReason, SpawnRequest } from "../../wire/spawn.ts";
import type { SpawnLimits } from "../claims/spawn-call.ts";
import { findInvalidMetadata, findOwnKey } from "./metadata-rules.ts";
import { findInvalidField, type SpecSettings } from "./spec-rules.ts";

/** What this relay creates at most, whatever a worker signs. */
export interface Policy {
	/** The only namespace in which CodeRuns are created. */
	readonly namespace: string;
	/** `owner/name`, ignoring case; `*` stands for any owner or any name. */
	readonly repositories: readonly string[];
	/** Names of GitHub Apps, as in `spec.githubApp`; `*` stands for any. */
	readonly github_apps: readonly string[];
	/** The settings that these three come from, for a refusal; absent: the environment's. */
	readonly settings?: Readonly<Record<"namespace" | "repositories" | "github_apps", string>>;
	/** What `spec` may hold beyond the shipped list. */
	readonly spec?: SpecSettings;
	/** `HEALER_AGENTS`: the agents that CodeRuns are created for; absent: any. */
	readonly agents?: readonly string[];
	readonly limits?: SpawnLimits;
}

const ENVIRONMENT = {
	namespace: "HEALER_NAMESPACE",
	repositories: "HEALER_REPOSITORIES",
	github_apps: "HEALER_GITHUB_APPS",
} as const;

export interface PolicyViolation {
	readonly reason: RefusedReason;
	readonly detail: string;
}

/** The first rule that a request violates; undefined when it violates none. */
export function findViolation(request: SpawnRequest, policy: Policy): PolicyViolation | undefined {
	const { metadata, spec } = request.coderun;
	const { agent } = request;
	const settings = policy.settings ?? ENVIRONMENT;
	if (policy.agents !== undefined && !policy.agents.includes(agent)) {
		return { reason: "invalid_coderun", detail: `the agent ${agent} is not in HEALER_AGENTS` };
	}
	if (metadata.name !== codeRunName(agent, request.incident_id, request.attempt)) {
		return { reason: "wrong_name", detail: "the name does not match this incident, attempt and agent" };
	}
	if (metadata.namespace !== policy.namespace) {
		const detail = `metadata.namespace is not ${policy.namespace}, which ${settings.namespace} sets`;
		return { reason: "namespace_not_allowed", detail };
	}
	for (const field of ["repositoryUrl", "docsRepositoryUrl"]) {
		const repository = repositoryOf(spec[field]);
		if (repository === undefined) return { reason: "invalid_coderun", detail: `spec.${field} is not a repository` };
		if (!allowsRepository(policy.repositories, repository)) {
			const detail = `spec.${field} ${repository} is not in ${settings.repositories}`;
			return { reason: "repository_not_allowed", detail };
		}
	}
	const { githubApp } = spec;
	if (typeof githubApp !== "string") return { reason: "invalid_coderun", detail: "spec.githubApp is not a string" };
	if (!policy.github_apps.some((allowed) => allowed === "*" || allowed === githubApp)) {
		const detail = `spec.githubApp ${githubApp.slice(0, 100)} is not in ${settings.github_apps}`;
		return { reason: "github_app_not_allowed", detail };
	}
	// An incident's own claim is the one whose key is its id.
	if (request.claims.some(({ key }) => key === request.incident_id)) {
		return { reason: "invalid_coderun", detail: "claims.key is the incident's id, which only the relay claims" };
	}
	const detail =
		findInvalidField(spec, policy.spec ?? {}) ?? findOwnKey(metadata, agent) ?? findInvalidMetadata(metadata);
	return detail === undefined ? undefined : { reason: "invalid_coderun", detail };
}

/** Whether these patterns allow `owner/name`. */
export function allowsRepository(patterns: readonly string[], repository: string): boolean {
	return patterns.some((pattern) => matches(pattern, repository.toLowerCase()));
}

/** `owner/name` from the forms that the controller accepts: https, ssh, and `owner/name` itself. */
function repositoryOf(url: unknown): string | undefined {
	if (typeof url !== "string") return undefined;
	const form =
		/^(?:https:\/\/github\.com\/|git@github\.com:|ssh:\/\/git@github\.com\/)?([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/;
	return form.exec(url)?.[1]?.toLowerCase();
}

function matches(pattern: string, repository: string): boolean {
	const parts = pattern.toLowerCase().split("/");
	const given = repository.split("/");
	return parts.length === 2 && parts.every((part, at) => part === "*" || part === given[at]);
}
