import { readdir } from "node:fs/promises";
import type { Clock } from "../../clock.ts";
import type { Cluster, StoredCodeRun } from "../cluster.ts";
import { OWN_LABELS, readIdentity } from "../coderun.ts";
import { answering, orNotFound } from "./answering.ts";
import { createAtomic } from "./atomic-file.ts";
import { type CodeRunFile, coderunNameOf, coderunPath, readCodeRunFile } from "./coderun-file.ts";
import { renderYaml } from "./coderun-yaml.ts";

/** CodeRuns as files `{name}.yaml`, ready for `kubectl apply`. */
export function coderunFiles(
	folder: string,
	clock: Clock,
): Pick<Cluster, "readCodeRun" | "createCodeRun" | "listUnfinished"> {
	return {
		readCodeRun: (name) =>
			orNotFound(async () => ({ kind: "found", coderun: stored(await readCodeRunFile(folder, name)) }) as const),
		createCodeRun: (coderun, withinMs) =>
			answering(async () => {
				const until = clock.monotonic() + withinMs;
				const path = coderunPath(folder, coderun.metadata.name);
				const made = await createAtomic(path, renderYaml(coderun), () => clock.monotonic() < until);
				if (made === "too_late") return { kind: "unavailable", why: "the state folder is too slow" } as const;
				return { kind: made } as const;
			}),
		listUnfinished: (agent) =>
			answering(async () => {
				const names = (await readdir(folder)).map(coderunNameOf).filter((name) => name !== undefined);
				const unfinished: string[] = [];
				for (const name of names) {
					const file = await readCodeRunFile(folder, name);
					if (file.labels[OWN_LABELS.agent] === agent && file.terminal === undefined) unfinished.push(name);
				}
				return { kind: "listed", names: unfinished } as const;
			}),
	};
}

function stored(file: CodeRunFile): StoredCodeRun {
	const identity = readIdentity(file.annotations);
	return { name: file.name, finished: file.terminal !== undefined, ...(identity === undefined ? {} : { identity }) };
}
