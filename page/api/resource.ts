import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { polls, status } from "./poll.ts";
import { isLockedOut, token } from "./token.ts";

export interface Resource<Body> {
	/** What was last told; undefined until the first answer. */
	readonly body: Body | undefined;
	readonly error: { readonly status: number; readonly error: string } | undefined;
	readonly again: () => void;
}

interface Kept {
	readonly body: unknown;
	readonly etag: string | undefined;
}

// What was seen is shown at once when one comes back to it, so that the browser finds its place on the page again.
const kept = new Map<string, Kept>();
const MOST_KEPT = 50;

/**
 * What the worker says at `path`, live: asked again when an incident changed (`changes`), or with every look at the hub.
 */
export function useResource<Body>(path: string, freshness: "changes" | "looks"): Resource<Body> {
	const [, redraw] = useState(0);
	const [asked, again] = useState(0);
	const [failed, fail] = useState<{ readonly path: string; readonly error: Resource<Body>["error"] }>();
	// The first look comes while this is asked for the first time; what changes in that moment is found by the second.
	const changed = polls.value < 2 ? "" : (status.value?.changed_at ?? "");
	const mark = freshness === "looks" && polls.value > 1 ? polls.value : changed;

	useEffect(() => {
		let isWanted = true;
		const etag = kept.get(path)?.etag;
		void ask(path, { etag }).then((answer) => {
			if (answer.ok && !("unchanged" in answer)) keep(path, { body: answer.body, etag: answer.etag ?? undefined });
			if (!isWanted) return;
			fail(answer.ok ? undefined : { path, error: answer });
			redraw((n) => n + 1);
		});
		return () => {
			isWanted = false;
		};
	}, [path, mark, asked, token.value]);

	return {
		// The caller names the shape that the worker gives at this path: see worker/api/shapes.ts.
		body: isLockedOut.value ? undefined : (kept.get(path)?.body as Body | undefined),
		error: failed?.path === path ? failed.error : undefined,
		again: () => again((n) => n + 1),
	};
}

function keep(path: string, seen: Kept): void {
	kept.delete(path);
	kept.set(path, seen);
	const [oldest] = kept.keys();
	if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
}
