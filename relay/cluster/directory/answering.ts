import { codeOf } from "../../file-kind.ts";
import type { NotFound, Unavailable } from "../cluster.ts";

/** Turns file system errors (a full disk, a read-only folder, a damaged file) into `unavailable`. */
export async function answering<T>(act: () => Promise<T>): Promise<T | Unavailable> {
	try {
		return await act();
	} catch (error) {
		return { kind: "unavailable", why: `the state folder: ${codeOf(error) ?? "a file in it is damaged"}` };
	}
}

/** The same, but a missing file is `not_found`. */
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
