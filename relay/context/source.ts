import type { z } from "zod";
import type { ClusterSource } from "../../wire/context.ts";

/** A source's result; the caller adds the source and the duration. `why` and `incomplete` contain no secrets. */
export type SourceAnswer =
	| { readonly status: "ok"; readonly data: unknown; readonly incomplete?: string }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string };

/** The circumstances of one query. */
export interface SourceCall {
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Aborts when the caller no longer waits for the answer. */
	readonly signal: AbortSignal;
}

/** One place in the cluster to query. It validates its raw parameters itself. */
export type Source = (parameters: unknown, call: SourceCall) => Promise<SourceAnswer>;

/** Every in-cluster source (`wire/context.ts`) by name. */
export type ContextSources = Readonly<Record<ClusterSource, Source>>;

/** A source that runs only when its parameters match `schema`. */
export function checkedSource<Parameters>(
	schema: z.ZodType<Parameters>,
	ask: (parameters: Parameters, call: SourceCall) => Promise<SourceAnswer>,
): Source {
	return async (given, call) => {
		const checked = schema.safeParse(given);
		if (checked.success) return ask(checked.data, call);
		const issues = checked.error.issues.slice(0, 5).map(describeIssue);
		return failed(`invalid parameters: ${issues.join("; ")}`);
	};
}

/** A source without a configured address. */
export function unconfigured(why: string): Source {
	return async () => ({ status: "skipped", why });
}

export function failed(why: string): { readonly status: "failed"; readonly why: string } {
	return { status: "failed", why };
}

/** Names the field and what it should be, never its value: that may come from anybody. */
function describeIssue(issue: z.core.$ZodIssue): string {
	if (issue.code === "unrecognized_keys") {
		return `with does not take ${issue.keys.map((key) => JSON.stringify(key.slice(0, 63))).join(", ")}`;
	}
	const path = ["with", ...issue.path.map((part) => String(part).slice(0, 63))].join(".");
	const message = issue.code === "invalid_key" ? issue.issues[0]?.message : issue.message;
	return `${path}: ${message}`;
}
