import { isGitHubSource } from "../../context.ts";
import { isWithin, type Limits, seconds } from "../../grammar/duration.ts";
import type { ValidPart } from "../scopes/valid-part.ts";
import { byName } from "../scopes/written-expressions.ts";
import type { Diagnostic } from "../yaml/diagnostic.ts";
import type { YamlSource } from "../yaml/yaml-source.ts";

const GITHUB: Limits = { least: "1s", most: "10m", why: "a source has at least 1s and at most 10m" };
const CLUSTER: Limits = { least: "1s", most: "1m", why: "a source in the cluster has at least 1s and at most 1m" };

/** Time limits of context sources that GitHub's limits, or the relay's, do not allow. */
export function timeoutDiagnostics(source: YamlSource, file: ValidPart): readonly Diagnostic[] {
	return byName(file.context).flatMap(([name, { from, timeout }]) => {
		const limits = from === undefined || isGitHubSource(from) ? GITHUB : CLUSTER;
		return timeout === undefined || isWithin(seconds(timeout), limits)
			? []
			: [source.at(["context", name, "timeout"], `\`${timeout}\`: ${limits.why}.`)];
	});
}
