import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import type { Cluster } from "../cluster.ts";
import { answering } from "./answering.ts";
import { createAtomic, deleteDurably, prepareFolder } from "./atomic-file.ts";
import { claimFiles } from "./claim-files.ts";
import { coderunFiles } from "./coderun-files.ts";
import { folders } from "./folders.ts";

/**
 * The folder that stands for a cluster (DESIGN section 5, last paragraph): `claims/`, `coderuns/` and `reported/` under
 * `state`, for one relay. Clears away what a killed process left half written.
 * @throws when the folders cannot be made.
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

/** Only a write tells of a full disk. Two probes at once may meet: the other one's is as good. */
async function tryWriting(folder: string): Promise<void> {
	const path = join(folder, `.ready.${crypto.randomUUID()}.tmp`);
	await createAtomic(path, "ready\n");
	await deleteDurably(path);
}
