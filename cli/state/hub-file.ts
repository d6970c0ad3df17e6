import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { writeAtomic } from "../write-atomic.ts";

/** Who runs on a state folder, for messages, `healer replay` and `healer doctor`; the lock alone decides whether somebody does. */
export interface HubFile {
	readonly pid: number;
	readonly url: string;
	readonly relay_url?: string;
}

const NAME = "hub.json";

export async function writeHubFile(stateDir: string, content: HubFile): Promise<void> {
	await writeAtomic(path.join(stateDir, NAME), `${JSON.stringify(content)}\n`);
}

export async function readHubFile(stateDir: string): Promise<HubFile | undefined> {
	try {
		return JSON.parse(await readFile(path.join(stateDir, NAME), "utf8")) as HubFile;
	} catch {
		return undefined;
	}
}

export async function removeHubFile(stateDir: string): Promise<void> {
	await rm(path.join(stateDir, NAME), { force: true });
}
