import type { Output } from "../output.ts";

/** The result of checking one part. `cure` says how to fix it, in one sentence. */
export type Check =
	| { readonly name: string; readonly status: "ok"; readonly summary: string }
	| { readonly name: string; readonly status: "missing"; readonly summary: string; readonly cure: string }
	/** It works, with a consequence to know of. */
	| { readonly name: string; readonly status: "warning"; readonly summary: string; readonly cure: string }
	/** It could not be checked from here. */
	| { readonly name: string; readonly status: "skipped"; readonly summary: string; readonly cure: string };

export function passed(name: string, summary: string): Check {
	return { name, status: "ok", summary };
}

export function missing(name: string, summary: string, cure: string): Check {
	return { name, status: "missing", summary, cure };
}

export function skipped(name: string, summary: string, cure: string): Check {
	return { name, status: "skipped", summary, cure };
}

export function warning(name: string, summary: string, cure: string): Check {
	return { name, status: "warning", summary, cure };
}

const COLOURS = { ok: "green", missing: "red", warning: "yellow", skipped: "dim" } as const;

/** One line. */
export function renderCheck(check: Check, paint: Output["paint"]): string {
	const status = paint(COLOURS[check.status], check.status.padEnd(8));
	const cure = check.status === "ok" ? "" : ` ${check.cure}`;
	return `${status} ${check.name.padEnd(22)} ${check.summary}${cure}`;
}
