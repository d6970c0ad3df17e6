import { access, constants, mkdir, open, rm } from "node:fs/promises";
import path from "node:path";
import { folders } from "../../relay/cluster/directory/folders.ts";
import { makeFolder } from "../../relay/cluster/directory/make-folder.ts";
import { messageOf } from "../../wire/message-of.ts";
import { fail, ok, type Result } from "../../wire/result.ts";
import { HUB_FILE } from "./hub-file.ts";
import { makePrivate, mayBePrivate } from "./keep-private.ts";

/** The folder of everything that the hub must keep: easy to move or delete as one. */
export interface StateFolder {
	readonly root: string;
	/** One file per CodeRun; the relay's. */
	readonly coderuns: string;
	/** The relay's claims. */
	readonly relay: string;
	/** D1 and KV as workerd stores them. */
	readonly edge: string;
	/** The runtime's scratch files; emptied at every start. */
	readonly scratch: string;
	readonly secrets: string;
	readonly lock: string;
	readonly log: string;
	/** The last artefact that ran. */
	readonly artefact: string;
	/** Which hub runs here. */
	readonly hub: string;
}

export function stateFolderAt(root: string): StateFolder {
	return {
		root,
		coderuns: path.join(root, "coderuns"),
		relay: root,
		edge: path.join(root, "edge"),
		scratch: path.join(root, "scratch"),
		secrets: path.join(root, "secrets.env"),
		lock: path.join(root, "hub.lock"),
		log: path.join(root, "hub.log"),
		artefact: path.join(root, "pipeline.json"),
		hub: path.join(root, HUB_FILE),
	};
}

/**
 * Creates the folder if needed, makes it and the hub's files private, and verifies that it is writable, before anything depends
 * on it.
 */
export async function openStateFolder(root: string): Promise<Result<StateFolder>> {
	const folder = stateFolderAt(root);
	try {
		const possible = await mayBePrivate(root);
		if (!possible.ok) return refused(root, `cannot be private: ${possible.problem}`);
		await makeFolder(root, 0o700);
		await access(root, constants.R_OK | constants.W_OK | constants.X_OK);
		await writeAndRemove(root);
		for (const sub of [folder.coderuns, folder.edge]) await mkdir(sub, { recursive: true, mode: 0o700 });
		await makePrivate(root, partsOf(folder));
		return ok(folder);
	} catch (error) {
		return refused(root, `cannot be written to: ${messageOf(error)}`);
	}
}

function refused(root: string, why: string): Result<StateFolder> {
	return fail(`The state folder ${root} ${why}.\nGive Healer another one with HEALER_STATE_DIR=/some/folder.`);
}

/** Everything that the hub and its relay keep; nothing else in the folder is theirs to change. */
function partsOf(folder: StateFolder): readonly string[] {
	const { claims, coderuns, reported } = folders(folder.relay);
	const { edge, scratch, secrets, lock, log, artefact, hub } = folder;
	const beside = [`${lock}-journal`, `${lock}-wal`, `${log}.1`];
	return [claims, coderuns, reported, edge, scratch, secrets, lock, log, artefact, hub, ...beside];
}

/** Removes what a killed hub left. Only under the lock: a running hub uses the folder. */
export async function emptyScratch(folder: StateFolder): Promise<void> {
	await rm(folder.scratch, { recursive: true, force: true });
	await mkdir(folder.scratch, { recursive: true, mode: 0o700 });
}

/** Why the folder cannot be written; undefined when it can. */
export async function whyNotWritable(root: string): Promise<string | undefined> {
	return await writeAndRemove(root).then(() => undefined, messageOf);
}

/** `access` succeeds for root and on a full disk; only a write proves it. */
async function writeAndRemove(root: string): Promise<void> {
	const file = path.join(root, `.probe-${process.pid}`);
	const handle = await open(file, "w", 0o600);
	try {
		await handle.writeFile("probe");
		await handle.sync();
	} finally {
		await handle.close();
		await rm(file, { force: true });
	}
}
