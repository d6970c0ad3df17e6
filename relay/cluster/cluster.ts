import type { UnavailableCause } from "../../wire/error-answer.ts";
import type { ClaimRecord } from "./claim-record.ts";
import type { CodeRun, CodeRunIdentity } from "./coderun.ts";

/**
 * What the claim protocol needs of the place where CodeRuns live: versioned claims, and CodeRuns that are created
 * atomically. Implemented by a Kubernetes namespace and by a directory. Expected failures are returned, never thrown.
 */
export interface Cluster {
	readClaim(lease: string): Promise<{ kind: "found"; claim: StoredClaim } | NotFound | Unavailable>;
	/** Creates the claim only when none has that name. */
	createClaim(lease: string, record: ClaimRecord): Promise<Written | Conflict | Unavailable>;
	/** Writes only over exactly that version. */
	replaceClaim(
		lease: string,
		record: ClaimRecord,
		version: string,
	): Promise<Written | Conflict | NotFound | Unavailable>;
	/** Deletes only exactly that version. A claim recreated under the same name has another version. */
	deleteClaim(lease: string, version: string): Promise<{ kind: "deleted" } | Conflict | NotFound | Unavailable>;

	readCodeRun(name: string): Promise<{ kind: "found"; coderun: StoredCodeRun } | NotFound | Unavailable>;
	/**
	 * Creates the CodeRun atomically within `withinMs`; after that it must not appear any more. `unavailable` leaves
	 * open whether it was created; `refused` is permanent.
	 */
	createCodeRun(
		coderun: CodeRun,
		withinMs: number,
	): Promise<{ kind: "created" } | { kind: "exists" } | { kind: "refused"; why: string } | Unavailable>;
	/** Names of an agent's CodeRuns without a terminal phase. */
	listUnfinished(agent: string): Promise<{ kind: "listed"; names: readonly string[] } | Unavailable>;

	/** Whether a CodeRun could be created now. */
	ready(): Promise<{ kind: "ready" } | Unavailable>;
}

export interface StoredClaim {
	readonly record: ClaimRecord;
	/** Opaque; changes with every write, and after deleting and recreating. */
	readonly version: string;
}

export interface StoredCodeRun {
	readonly name: string;
	/** Absent when Healer did not create the CodeRun. */
	readonly identity?: CodeRunIdentity;
	readonly finished: boolean;
}

export interface Written {
	readonly kind: "written";
	readonly version: string;
}
export interface Conflict {
	readonly kind: "conflict";
}
export interface NotFound {
	readonly kind: "not_found";
}
/** Cannot be answered now; the requested change may or may not have happened. */
export interface Unavailable {
	readonly kind: "unavailable";
	/** One clause for people: the problem and the fix. */
	readonly why: string;
	/** The same for programs, where a code exists. */
	readonly cause?: UnavailableCause;
}
