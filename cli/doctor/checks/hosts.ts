import type { Result } from "../../../wire/result.ts";
import type { BuiltPipeline } from "../../build-pipeline.ts";
import { findHostProblem } from "../../github-app/github-host.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";

const NAME = "GitHub's host";

/** Whether agents work on the same GitHub that deliveries come from. */
export function checkHosts(env: NodeJS.ProcessEnv, built: Result<BuiltPipeline>): readonly Check[] {
	if (!built.ok || !built.value.ok) return [unknown(NAME, "not compared.", "Fix the pipeline first.")];
	const problem = findHostProblem(env.GITHUB_API_URL, built.value.artefact);
	if (problem === undefined) return [passed(NAME, "GITHUB_API_URL and the pipeline name the same host.")];
	return [failed(NAME, problem.message, problem.cure)];
}
