import path from "node:path";
import type { Artefact } from "../pipeline/index.ts";
import type { Result } from "../wire/result.ts";
import { type BuiltPipeline, buildPipeline } from "./build-pipeline.ts";
import { type Check, countChecks, renderCheck } from "./doctor/check-result.ts";
import { clusterParts } from "./doctor/checks/cluster.ts";
import { checkGitHub } from "./doctor/checks/github.ts";
import { checkHosts } from "./doctor/checks/hosts.ts";
import { checkNamespaces } from "./doctor/checks/namespaces.ts";
import { checkPipeline } from "./doctor/checks/pipeline.ts";
import { relayParts } from "./doctor/checks/relay.ts";
import { checkVersions } from "./doctor/checks/versions.ts";
import { workerParts } from "./doctor/checks/worker.ts";
import { type Part, runParts } from "./doctor/part.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import {
	joined,
	permissionsForCheckRuns,
	permissionsForHealer,
	permissionsForReruns,
} from "./github-app/permissions.ts";
import type { Output } from "./output.ts";
import { findPlaces, type Places } from "./places.ts";

export interface DoctorOptions {
	readonly pipeline: string;
	readonly json?: boolean;
	/** Warnings and unknown parts are a problem, too. */
	readonly strict?: boolean;
}

/**
 * `healer doctor`: checks every part that can be reached from here, and reports what is wrong and what to do. Read-only.
 * Each part is checked whatever the others say, within its own time.
 */
export async function doctor(options: DoctorOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const places = await findPlaces(env);
	const built = await buildPipeline(options.pipeline);
	const checks = await runParts(partsOf(options.pipeline, built, places, env));
	const counts = countChecks(checks);
	const good = counts.failed === 0 && !(options.strict && counts.warning + counts.unknown > 0);
	if (options.json) output.line(JSON.stringify({ ok: good, counts, checks }, undefined, 2));
	else for (const line of rendered(checks, counts, output)) output.line(line);
	return good ? EXIT.ok : EXIT.problem;
}

function partsOf(file: string, built: Result<BuiltPipeline>, places: Places, env: NodeJS.ProcessEnv): readonly Part[] {
	const local: Artefact | undefined = built.ok && built.value.ok ? built.value.artefact : undefined;
	const needed = local === undefined ? {} : permissionsForHealer(local);
	const wanted = local === undefined ? {} : joined([permissionsForReruns(local), permissionsForCheckRuns(local)]);
	return [
		{ name: "pipeline", check: () => checkPipeline(file, built) },
		...workerParts(places, local),
		{ name: "GitHub App", check: () => checkGitHub(env, needed, local?.settings, wanted) },
		...relayParts(places),
		{ name: "versions", check: () => checkVersions(places) },
		...clusterParts(places, local),
		{ name: "namespaces", check: () => checkNamespaces(path.dirname(file), env, local) },
		{ name: "GitHub's host", check: () => checkHosts(env, built) },
	];
}

function rendered(checks: readonly Check[], counts: ReturnType<typeof countChecks>, { paint }: Output) {
	const total = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
	return [...checks.map((check) => renderCheck(check, paint)), "", `${total.join(", ")}.`];
}
