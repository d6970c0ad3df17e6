import type { KubeConfig } from "@kubernetes/client-node";
import { expect } from "vitest";
import { systemClock } from "../../../relay/clock.ts";
import { answerContext } from "../../../relay/context/answer-context.ts";
import { contextSources } from "../../../relay/context/context-sources.ts";
import { kubernetesReader } from "../../../relay/context/kubernetes-reader.ts";
import type { ClusterSource } from "../../../wire/context.ts";
import { fail, ok } from "../../../wire/result.ts";
import { readContextSettings } from "../../support/read-context-settings.ts";

/** Branch names as people choose them, and as attackers do. */
export const BRANCHES = [
	"main",
	"feature/login-form",
	"dependabot/npm_and_yarn/lodash-4.17.21",
	'x"} or {app=~".+',
	'x", app=~".*',
	'x"} |~ ".*" #',
	"x`} |= `y",
	"x\\",
	'\\"} or vector(1) #',
	".*",
	".+|main",
	"^$",
	"$branch",
	`$\{branch}`,
	"{{ .branch }}",
	"a\nb",
	"a\r\n\tb",
	"# comment",
	"a,b=c",
	"nul\u0001bell\u0007",
	"zero\u200bwidth",
	"bidi\u202egnp",
	"\ufeffbom",
	"emoji-😀",
	"ünïcödé",
	"'single'",
	"[[x]]",
	"x) or up",
	"a|b",
] as const;

/** Queries one source of a relay with this environment. */
export async function askSource(
	from: ClusterSource,
	parameters: Readonly<Record<string, unknown>>,
	{ env = {}, cluster, own = "cto" }: { env?: NodeJS.ProcessEnv; cluster?: KubeConfig; own?: string },
) {
	const { settings, problems } = readContextSettings(env);
	expect(problems).toEqual([]);
	const sources = contextSources({
		settings,
		cluster: cluster === undefined ? fail("there is no cluster") : ok(kubernetesReader(cluster)),
		ownNamespace: () => own,
		fetch,
	});
	const wanted = [{ name: "part", from, with: { ...parameters }, timeout_ms: 20_000 }];
	const onBug = (bug: unknown) => {
		throw bug;
	};
	const { results } = await answerContext(wanted, { sources, clock: systemClock, onBug });
	const [{ name: _, from: __, took_ms: ___, ...answer } = { status: "none" }] = results;
	return answer;
}
