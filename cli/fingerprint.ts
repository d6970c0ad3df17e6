import { stat } from "node:fs/promises";

/** Changes whenever one of the files was written, added or removed. */
export async function fingerprint(files: readonly string[]): Promise<string> {
	const stamps = await Promise.all(
		files.map(async (name) => {
			const found = await stat(name, { bigint: true }).catch(() => undefined);
			return found === undefined ? `${name} is gone` : `${name} ${found.mtimeNs} ${found.size} ${found.ino}`;
		}),
	);
	return stamps.join("\n");
}
