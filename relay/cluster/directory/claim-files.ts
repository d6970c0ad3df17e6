import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { type ClaimRecord, claimRecordSchema } from "../claim-record.ts";
import type { Cluster } from "../cluster.ts";
import { answering, orNotFound } from "./answering.ts";
import { createAtomic, deleteDurably, replaceAtomic } from "./atomic-file.ts";
import { createKeyedMutex } from "./keyed-mutex.ts";

const fileSchema = z.strictObject({ version: z.string(), record: claimRecordSchema });

/**
 * Claims as files `{lease}.json`. The file system makes creation exclusive. Replacing and deleting compare the version
 * under a mutex, which is enough because a folder has only one relay.
 */
export function claimFiles(
	folder: string,
): Pick<Cluster, "readClaim" | "createClaim" | "replaceClaim" | "deleteClaim"> {
	const mutex = createKeyedMutex();
	const path = (lease: string) => join(folder, `${lease}.json`);
	return {
		readClaim: (lease) =>
			orNotFound(async () => {
				const { version, record } = await read(path(lease));
				return { kind: "found", claim: { version, record } } as const;
			}),
		createClaim: (lease, record) =>
			answering(async () => {
				const { version, text } = newFile(record);
				const made = await createAtomic(path(lease), text);
				return made === "created" ? ({ kind: "written", version } as const) : ({ kind: "conflict" } as const);
			}),
		replaceClaim: (lease, record, over) =>
			mutex(lease, () =>
				orNotFound(async () => {
					if ((await read(path(lease))).version !== over) return { kind: "conflict" } as const;
					const { version, text } = newFile(record);
					await replaceAtomic(path(lease), text);
					return { kind: "written", version } as const;
				}),
			),
		deleteClaim: (lease, version) =>
			mutex(lease, () =>
				orNotFound(async () => {
					if ((await read(path(lease))).version !== version) return { kind: "conflict" } as const;
					await deleteDurably(path(lease));
					return { kind: "deleted" } as const;
				}),
			),
	};
}

async function read(path: string): Promise<z.infer<typeof fileSchema>> {
	return fileSchema.parse(JSON.parse(await readFile(path, "utf8")));
}

function newFile(record: ClaimRecord): { version: string; text: string } {
	const version = randomUUID();
	return { version, text: `${JSON.stringify({ version, record }, undefined, "\t")}\n` };
}
