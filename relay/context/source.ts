import type { z } from "zod";
import type { ClusterSource } from "../../wire/context.ts";

/** What a source came to; who asked adds where it is from and how long it took. `why` and `incomplete` are without secrets. */
export type SourceAnswer =
	| { readonly status: "ok"; readonly data: unknown; readonly incomplete?: string }
	| { readonly status: "empty" }
	| { readonly status: "failed"; readonly why: string }
	| { readonly status: "skipped"; readonly why: string };

/** With what one question is asked. */
export interface SourceCall {
	/** Milliseconds since the epoch. */
	readonly now: number;
	/** Fires when the answer is not waited for any more. */
	readonly signal: AbortSignal;
}

/** One place in the cluster to ask. It takes parameters as they came, and says itself what is wrong with them. */
export type Source = (parameters: unknown, asking: SourceCall) => Promise<SourceAnswer>;

/** Every in-cluster source of DESIGN section 8 by name. */
export type ContextSources = Readonly<Record<ClusterSource, Source>>;

/** A source that asks only when its parameters are what `schema` says. */
export function checkedSource<Parameters>(
	schema: z.ZodType<Parameters>,
	ask: (parameters: Parameters, asking: SourceCall) => Promise<SourceAnswer>,
): Source {
	return async (given, asking) => {
		const checked = schema.safeParse(given);
		if (checked.success) return ask(checked.data, asking);
		const issues = checked.error.issues.slice(0, 5).map(describeIssue);
		return failed(`its parameters are not right: ${issues.join("; ")}`);
	};
}

/** A source that this relay has no address for. */
export function unconfigured(why: string): Source {
	return async () => ({ status: "skipped", why });
}

export function failed(why: string): { readonly status: "failed"; readonly why: string } {
	return { status: "failed", why };
}

/** Names the field and what it should be, never its value: that may come from anybody. */
function describeIssue(issue: z.core.$ZodIssue): string {
	if (issue.code === "unrecognized_keys") {
		return `with has no ${issue.keys.map((key) => JSON.stringify(key.slice(0, 63))).join(", ")}`;
	}
	const path = ["with", ...issue.path.map((part) => String(part).slice(0, 63))].join(".");
	const message = issue.code === "invalid_key" ? issue.issues[0]?.message : issue.message;
	return `${path}: ${message}`;
}
