import { findArgoDefinitions } from "../servers/argo-definitions.ts";
import { findDebianProgram } from "../servers/debian-programs.ts";
import { findLoki } from "../servers/loki-program.ts";
import { areAllAskedFor, isAskedFor } from "./shall-test-cluster.ts";

/**
 * The tests of this tier to leave out: none when the tier is asked for by name, since each gets its server then. Else
 * those whose servers are not at hand; it is said loudly.
 */
export async function testsWithoutServers(): Promise<readonly string[]> {
	if (isAskedFor("cluster")) return [];
	const missing = [
		...((await findLoki()) === undefined ? ["loki"] : []),
		...((await findDebianProgram("promtool")) === undefined ? ["prometheus"] : []),
		...((await findDebianProgram("prometheus-alertmanager")) === undefined ? ["grafana"] : []),
		...((await findArgoDefinitions()) ? [] : ["kubernetes"]),
	].map((name) => `test/cluster/context/${name}.test.ts`);
	if (missing.length > 0 && areAllAskedFor() && process.env.HEALER_TOLD_OF_SERVERS === undefined) {
		process.env.HEALER_TOLD_OF_SERVERS = "yes";
		process.stderr.write(
			`\n!!! THESE TESTS DO NOT RUN, for want of their servers: ${missing.join(", ")}. \`npm run test:cluster\` gets them and runs them.\n\n`,
		);
	}
	return missing;
}
