import { effect, signal } from "@preact/signals";
import type { Viewer } from "../../worker/api/shapes.ts";
import type { Right } from "../../worker/http/rights.ts";
import { ask, wasForbidden } from "./ask.ts";
import { polls } from "./poll.ts";
import { token } from "./token.ts";

/** Who looks at the page, and with which rights; undefined until the worker answered. */
export const viewer = signal<Viewer | undefined>(undefined);

/** Whether to show what needs this right. The worker decides; this only spares a viewer buttons that would be refused. */
export function may(right: Right): boolean {
	return viewer.value?.rights.includes(right) === true;
}

/** Asks at the start, with each new token, and whenever the worker refused something: the rights may have changed. */
export function followViewer(): void {
	effect(() => {
		void [token.value, wasForbidden.value];
		void load();
	});
	// Once the worker answers again, if it did not at the start.
	effect(() => {
		if (polls.value > 0 && viewer.peek() === undefined) void load();
	});
}

async function load(): Promise<void> {
	const answer = await ask("/api/viewer");
	if (answer.ok && !("unchanged" in answer)) viewer.value = answer.body as Viewer;
}
