import type { NothingLeft } from "./context/recheck/recheck.ts";
import type { SourcesFor } from "./context/source.ts";
import type { Engine } from "./engine.ts";
import type { GitHub } from "./github/github.ts";
import type { Log } from "./log.ts";
import type { AskStatus } from "./relay/ask-status.ts";
import type { ClaimCache } from "./relay/claim-cache.ts";
import type { SendSpawn } from "./relay/send-spawn.ts";
import type { Budget } from "./runtime/budget.ts";

/** What notifications need. */
export interface NotificationTools {
	readonly fetch: typeof fetch;
	/** A variable of the worker that begins with `HEALER_NOTIFY_`; undefined if it is not set, and for any other. */
	variable(name: string): string | undefined;
	/** Whether messages may go to a receiver on this machine without TLS. */
	readonly isLoopback: boolean;
	/** Where people see Healer's page, without a trailing slash; undefined if nothing says so. */
	readonly page_url: string | undefined;
	/** Where people see repositories, such as `https://github.com`. */
	readonly github_url: string;
}

/** Every side effect and input of processing an incident. Tests pass their own. */
export interface Effects {
	readonly journal: D1Database;
	/** The rest of the invocation's limits. */
	readonly budget: Budget;
	/** Milliseconds since 1970. */
	now(): number;
	sleep(ms: number): Promise<void>;
	/** In [0, 1). */
	random(): number;
	newId(): string;
	engine(): Promise<Engine>;
	/** Updates the active pipeline in KV from the journal. */
	publishPipeline(): Promise<void>;
	readonly sources: SourcesFor;
	/** Asks GitHub about a failure, other than CI's, that waited. */
	readonly nothingLeft: NothingLeft;
	/**
	 * How long after its deadline a CodeRun without a reported end is overdue, so that the relay is queried; undefined if
	 * nothing has a deadline, because no controller runs CodeRuns there.
	 */
	readonly overdueAfterMs: number | undefined;
	/** Undefined if no App is configured. */
	readonly github: GitHub | undefined;
	readonly notifications: NotificationTools;
	readonly claims: ClaimCache;
	readonly sendSpawn: SendSpawn;
	readonly askStatus: AskStatus;
	/** Hints that an incident is due in `delayMs`. A lost hint costs up to a minute, so this never throws. */
	wake(incidentId: string, delayMs: number): Promise<void>;
	/** The same for many incidents that are due now, a hundred in one call. */
	wakeAll(incidentIds: readonly string[]): Promise<void>;
	readonly log: Log;
}
