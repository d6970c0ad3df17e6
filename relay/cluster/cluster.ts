import type { UnavailableCause } from "../../wire/error-answer.ts";
import type { ClaimRecord } from "./claim-record.ts";
import type { CodeRun, CodeRunIdentity } from "./coderun.ts";

/**
 * What the claim protocol needs of the place where CodeRuns live (DESIGN section 5): claims with versions, and CodeRuns
 * that are made whole or not at all. A directory is one form of it. Nothing throws for what can be expected.
 */
export interface Cluster {
	readClaim(lease: string): Promise<{ kind: "found"; claim: StoredClaim } | NotFound | Unavailable>;
	/** Makes the claim only when there is none by that name. */
	createClaim(lease: string, record: ClaimRecord): Promise<Written | Conflict | Unavailable>;
	/** Writes only over that very version. */
	replaceClaim(
		lease: string,
		record: ClaimRecord,
		version: string,
	): Promise<Written | Conflict | NotFound | Unavailable>;
	/** Deletes only that very version of that very claim: one made again under its name has another. */
	deleteClaim(lease: string, version: string): Promise<{ kind: "deleted" } | Conflict | NotFound | Unavailable>;

	readCodeRun(name: string): Promise<{ kind: "found"; coderun: StoredCodeRun } | NotFound | Unavailable>;
	/**
	 * Makes the CodeRun whole or not at all, within `within_ms`: after that it must not come to be any more.
	 * `unavailable` leaves open whether it was made; `refused` is for good.
	 */
	createCodeRun(
		coderun: CodeRun,
		within_ms: number,
	): Promise<{ kind: "created" } | { kind: "exists" } | { kind: "refused"; why: string } | Unavailable>;
	/** Names of an agent's CodeRuns without a terminal phase. */
	listUnfinished(agent: string): Promise<{ kind: "listed"; names: readonly string[] } | Unavailable>;

	/** Whether a CodeRun could be written now. */
	ready(): Promise<{ kind: "ready" } | Unavailable>;
}

export interface StoredClaim {
	readonly record: ClaimRecord;
	/** Opaque; another one after every write, also after deleting and creating. */
	readonly version: string;
}

export interface StoredCodeRun {
	readonly name: string;
	/** Absent on a CodeRun that Healer did not make. */
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
/** Cannot be answered now; what was asked for may or may not have happened. */
export interface Unavailable {
	readonly kind: "unavailable";
	/** One clause for people: what is wrong, and the cure. */
	readonly why: string;
	/** The same for programs, where there is a word for it. */
	readonly cause?: UnavailableCause;
}
