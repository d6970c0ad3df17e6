import type { Artefact } from "../pipeline/index.ts";
import { loadGoodPipeline } from "./build-pipeline.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import {
	joined,
	type Permissions,
	permissionsForCheckRuns,
	permissionsForEvents,
	permissionsForHealer,
	permissionsForReruns,
} from "./github-app/permissions.ts";
import { exitWith, type Output } from "./output.ts";

export interface AppManifestOptions {
	readonly pipeline: string;
	readonly url: string;
	readonly name: string;
}

/**
 * A GitHub App manifest (https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest).
 */
export interface AppManifest {
	readonly name: string;
	readonly url: string;
	readonly hook_attributes: { readonly url: string; readonly active: boolean };
	readonly public: boolean;
	readonly default_permissions: Permissions;
	readonly default_events: readonly string[];
}

/**
 * `healer app-manifest`: prints the manifest of the GitHub App that the pipeline needs, with no more permissions than
 * that.
 */
export async function printAppManifest(options: AppManifestOptions, output: Output): Promise<ExitCode> {
	const artefact = await loadGoodPipeline(options.pipeline);
	if (!artefact.ok) {
		return exitWith(output, artefact.problem, EXIT.usage);
	}
	if (!URL.canParse(options.url)) {
		return exitWith(
			output,
			`${options.url} is not a URL: give one such as --url https://healer.example.com.`,
			EXIT.usage,
		);
	}
	output.line(JSON.stringify(appManifest(artefact.value, options), undefined, 2));
	const { unknown } = permissionsForEvents(artefact.value.webhook_events);
	if (unknown.length > 0) output.problem(`The permission for ${unknown.join(", ")} is unknown: add it by hand.`);
	return EXIT.ok;
}

/** Derives permissions and events from what the pipeline listens to, gathers and writes. */
export function appManifest(artefact: Artefact, { name, url }: Pick<AppManifestOptions, "name" | "url">): AppManifest {
	const { permissions } = permissionsForEvents(artefact.webhook_events);
	return {
		name,
		url,
		hook_attributes: { url: new URL("/webhooks/github", url).href, active: true },
		public: false,
		default_permissions: joined([
			permissions,
			permissionsForHealer(artefact),
			permissionsForReruns(artefact),
			permissionsForCheckRuns(artefact),
		]),
		default_events: artefact.webhook_events,
	};
}
