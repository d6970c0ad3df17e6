import { open, rename } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../relay/cluster/directory/make-folder.ts";

/** Writes a file atomically, even if the machine stops halfway. Creates its folder. */
export async function writeAtomic(file: string, text: string, mode = 0o644): Promise<void> {
	await makeFolder(path.dirname(file));
	const temporary = `${file}.${process.pid}.tmp`;
	const handle = await open(temporary, "w", mode);
	try {
		await handle.writeFile(text);
		await handle.sync();
	} finally {
		await handle.close();
	}
	await rename(temporary, file);
}
