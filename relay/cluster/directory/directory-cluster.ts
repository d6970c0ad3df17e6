import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Cluster } from "../cluster.ts";
import { answering } from "./answering.ts";
import { createAtomic, deleteDurably, prepareFolder } from "./atomic-file.ts";
import { claimFiles } from "./claim-files.ts";
import { coderunFiles } from "./coderun-folder.ts";
import { folders } from "./folders.ts";

/**
 * A folder in place of a cluster, for one relay: `claims/`, `coderuns/` and `reported/` under `state`. Removes what a
 * killed process left unfinished.
 * @throws when the folders cannot be created.
 */
export async function directoryCluster(state: string, clock: Clock): Promise<Cluster> {
	const { claims, coderuns, reported } = folders(state);
	for (const folder of [claims, coderuns, reported]) await prepareFolder(folder);
	return {
		...claimFiles(claims),
		...coderunFiles(coderuns, clock),
		ready: () =>
			answering(async () => {
				await access(claims, constants.W_OK);
				await tryWriting(coderuns);
				return { kind: "ready" } as const;
			}),
	};
}

/** Only a write detects a full disk. Each probe has its own name, so concurrent probes do not collide. */
async function tryWriting(folder: string): Promise<void> {
	const path = join(folder, `.ready.${crypto.randomUUID()}.tmp`);
	await createAtomic(path, "ready\n");
	await deleteDurably(path);
}
