import { systemClock } from "../../relay/clock.ts";
import { directoryCluster } from "../../relay/cluster/directory/directory-cluster.ts";
import { spawn } from "../../relay/spawn/spawn.ts";
import { spawnRequest } from "./spawn-request.ts";

/** A process that spawns CodeRuns one after another until it is killed: `node write-coderuns.ts STATE FIRST`. */
const [state = "", first = "0"] = process.argv.slice(2);
const cluster = await directoryCluster(state, systemClock);
process.stdout.write("ready\n");
for (let n = Number(first); ; n++) {
	const request = spawnRequest({ incident_id: n.toString(16).padStart(32, "0"), claims: [] });
	request.coderun.spec.promptModification = `${"a line of the prompt\n".repeat(20_000)}the end`;
	const answer = await spawn({ request, digest: "d", cluster, clock: systemClock, enforceMaxActive: false });
	if (answer.kind !== "result") throw new Error(JSON.stringify(answer));
	process.stdout.write(`${request.coderun.metadata.name}\n`);
}
