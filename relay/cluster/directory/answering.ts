import type { NotFound, Unavailable } from "../cluster.ts";
import { codeOf } from "./atomic-file.ts";

/** What the file system refuses (a full disk, a folder that may not be written to, a damaged file) as an answer. */
export async function answering<T>(act: () => Promise<T>): Promise<T | Unavailable> {
	try {
		return await act();
	} catch (error) {
		return { kind: "unavailable", why: `the state folder: ${codeOf(error) ?? "a file in it is damaged"}` };
	}
}

/** The same, where a file that is not there is an answer of its own. */
export async function orNotFound<T>(act: () => Promise<T>): Promise<T | NotFound | Unavailable> {
	return answering(async () => {
		try {
			return await act();
		} catch (error) {
			if (codeOf(error) === "ENOENT") return { kind: "not_found" } as const;
			throw error;
		}
	});
}
