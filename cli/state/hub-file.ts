import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { writeAtomic } from "../../relay/cluster/directory/atomic-file.ts";

/**
 * The hub that runs on a state folder, for messages, `healer replay` and `healer doctor`. Only the lock decides whether
 * one runs.
 */
export interface HubFile {
	readonly pid: number;
	readonly url: string;
	readonly relay_url?: string;
}

export const HUB_FILE = "hub.json";

export async function writeHubFile(stateDir: string, content: HubFile): Promise<void> {
	await writeAtomic(path.join(stateDir, HUB_FILE), `${JSON.stringify(content)}\n`, 0o600);
}

export async function readHubFile(stateDir: string): Promise<HubFile | undefined> {
	try {
		return JSON.parse(await readFile(path.join(stateDir, HUB_FILE), "utf8")) as HubFile;
	} catch {
		return undefined;
	}
}

export async function removeHubFile(stateDir: string): Promise<void> {
	await rm(path.join(stateDir, HUB_FILE), { force: true });
}
