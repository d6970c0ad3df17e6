import { buildPipeline } from "./build-pipeline.ts";
import { type Check, renderCheck } from "./doctor/check-result.ts";
import { checkCluster } from "./doctor/checks/cluster.ts";
import { checkGitHub } from "./doctor/checks/github.ts";
import { checkHosts } from "./doctor/checks/hosts.ts";
import { checkPipeline } from "./doctor/checks/pipeline.ts";
import { checkRelay } from "./doctor/checks/relay.ts";
import { checkVersions } from "./doctor/checks/versions.ts";
import { checkWorker } from "./doctor/checks/worker.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { permissionsForHealer } from "./github-app/permissions.ts";
import type { Output } from "./output.ts";
import { findPlaces } from "./places.ts";

export interface DoctorOptions {
	readonly pipeline: string;
	readonly json?: boolean;
}

/**
 * `healer doctor`: checks every part that can be reached from here, and reports what is missing and how to fix it.
 * Read-only. Parts without an address are skipped, which is not a problem.
 */
export async function doctor(options: DoctorOptions, env: NodeJS.ProcessEnv, output: Output): Promise<ExitCode> {
	const places = await findPlaces(env);
	const built = await buildPipeline(options.pipeline);
	const artefact = built.ok && built.value.ok ? built.value.artefact : undefined;
	const needed = artefact === undefined ? {} : permissionsForHealer(artefact);
	const pending = [
		checkPipeline(options.pipeline, built),
		checkWorker(places),
		checkGitHub(env, needed, artefact?.settings),
		checkRelay(places),
		checkVersions(places),
		checkCluster(places),
		checkHosts(env, built),
	];
	const checks: readonly Check[] = (await Promise.all(pending)).flat();
	const good = checks.every(({ status }) => status !== "missing");
	if (options.json) output.line(JSON.stringify({ ok: good, checks }, undefined, 2));
	else for (const check of checks) output.line(renderCheck(check, output.paint));
	return good ? EXIT.ok : EXIT.problem;
}
