import { codeRunName } from "../../wire/coderun-name.ts";
import type { RefusedReason, SpawnRequest } from "../../wire/spawn.ts";
import { findInvalidMetadata } from "./metadata-rules.ts";

/** What this relay creates at most, whatever a worker signs. */
export interface Policy {
	/** The only namespace in which CodeRuns are created. */
	readonly namespace: string;
	/** `owner/name`, ignoring case; `*` stands for any owner or any name. */
	readonly repositories: readonly string[];
	/** Names of GitHub Apps, as in `spec.githubApp`; `*` stands for any. */
	readonly github_apps: readonly string[];
}

export interface PolicyViolation {
	readonly reason: RefusedReason;
	readonly detail: string;
}

/** The first rule that a request violates; undefined when it violates none. */
export function findViolation(request: SpawnRequest, policy: Policy): PolicyViolation | undefined {
	const { metadata, spec } = request.coderun;
	if (metadata.name !== codeRunName(request.agent, request.incident_id, request.attempt)) {
		return { reason: "wrong_name", detail: "the name does not match this incident, attempt and agent" };
	}
	if (metadata.namespace !== policy.namespace) {
		return { reason: "namespace_not_allowed", detail: `only ${policy.namespace} is allowed` };
	}
	for (const field of ["repositoryUrl", "docsRepositoryUrl"]) {
		const repository = repositoryOf(spec[field]);
		if (repository === undefined) return { reason: "invalid_coderun", detail: `spec.${field} is not a repository` };
		if (!policy.repositories.some((pattern) => matches(pattern, repository))) {
			return { reason: "repository_not_allowed", detail: repository };
		}
	}
	const { githubApp } = spec;
	if (typeof githubApp !== "string") return { reason: "invalid_coderun", detail: "spec.githubApp is not a string" };
	if (!policy.github_apps.some((allowed) => allowed === "*" || allowed === githubApp)) {
		return { reason: "github_app_not_allowed", detail: githubApp.slice(0, 100) };
	}
	const detail = findInvalidMetadata(metadata);
	return detail === undefined ? undefined : { reason: "invalid_coderun", detail };
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
