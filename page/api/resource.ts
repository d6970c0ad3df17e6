import { useEffect, useState } from "preact/hooks";
import { ask } from "./ask.ts";
import { polls, status } from "./poll.ts";
import { isLockedOut, token } from "./token.ts";

export interface Resource<Body> {
	/** The last answer; undefined until the first one. */
	readonly body: Body | undefined;
	readonly error: { readonly status: number; readonly error: string } | undefined;
	readonly reload: () => void;
}

interface CachedAnswer {
	readonly body: unknown;
	readonly etag: string | undefined;
}

// A view that was shown before renders from here at once, so that the browser can restore its scroll position.
const cache = new Map<string, CachedAnswer>();
const MAX_CACHED = 50;

/** What an answer changes with: with these values of the hub's state, or with anything. */
const FRESHNESS = {
	/** An incident. */
	changes: () => status.value?.changed_at,
	/** A delivery that was ignored: each is counted when it is listed. */
	ignored: () => JSON.stringify(status.value?.ignored),
	/** Another pipeline. */
	pipeline: () => status.value?.pipeline,
	/** Reloaded with every poll. */
	polls: () => polls.value,
} as const;

/** The worker's answer at `path`, kept live: reloaded when what it depends on changed. */
export function useResource<Body>(path: string, freshness: keyof typeof FRESHNESS): Resource<Body> {
	const [, redraw] = useState(0);
	const [reloads, setReloads] = useState(0);
	const [failed, setFailed] = useState<{ readonly path: string; readonly error: Resource<Body>["error"] }>();
	// The first poll runs beside the first request; a change between the two is found by the second poll.
	const mark = polls.value < 2 ? undefined : FRESHNESS[freshness]();

	useEffect(() => {
		let isCurrent = true;
		const etag = cache.get(path)?.etag;
		void ask(path, { etag }).then((answer) => {
			if (answer.ok && !("unchanged" in answer)) store(path, { body: answer.body, etag: answer.etag ?? undefined });
			if (!isCurrent) return;
			setFailed(answer.ok ? undefined : { path, error: answer });
			redraw((n) => n + 1);
		});
		return () => {
			isCurrent = false;
		};
	}, [path, mark, reloads, token.value]);

	return {
		// The caller names the shape of the answer at this path: see worker/api/shapes.ts.
		body: isLockedOut.value ? undefined : (cache.get(path)?.body as Body | undefined),
		error: failed?.path === path ? failed.error : undefined,
		reload: () => setReloads((n) => n + 1),
	};
}

/** Drops the entry that was stored longest ago beyond `MAX_CACHED`. */
function store(path: string, answer: CachedAnswer): void {
	cache.delete(path);
	cache.set(path, answer);
	const [oldest] = cache.keys();
	if (cache.size > MAX_CACHED && oldest !== undefined) cache.delete(oldest);
}
