import type { Output } from "../output.ts";

/** The result of checking one part. `cure` says what to do, in one sentence. */
export type Check =
	| { readonly name: string; readonly status: "ok"; readonly summary: string }
	/** It works, with a consequence to know of. */
	| { readonly name: string; readonly status: "warning"; readonly summary: string; readonly cure: string }
	| { readonly name: string; readonly status: "failed"; readonly summary: string; readonly cure: string }
	/** It could not be checked from here: neither good nor bad news. */
	| { readonly name: string; readonly status: "unknown"; readonly summary: string; readonly cure: string };

export function passed(name: string, summary: string): Check {
	return { name, status: "ok", summary };
}

export function warning(name: string, summary: string, cure: string): Check {
	return { name, status: "warning", summary, cure };
}

export function failed(name: string, summary: string, cure: string): Check {
	return { name, status: "failed", summary, cure };
}

export function unknown(name: string, summary: string, cure: string): Check {
	return { name, status: "unknown", summary, cure };
}

const COLOURS = { ok: "green", warning: "yellow", failed: "red", unknown: "dim" } as const;

/** One line. */
export function renderCheck(check: Check, paint: Output["paint"]): string {
	const status = paint(COLOURS[check.status], check.status.padEnd(8));
	const cure = check.status === "ok" ? "" : ` ${check.cure}`;
	return `${status} ${check.name.padEnd(22)} ${check.summary}${cure}`;
}

/** `12 ok, 1 warning, 2 failed, 3 unknown` */
export function countChecks(checks: readonly Check[]): Readonly<Record<Check["status"], number>> {
	const counts = { ok: 0, warning: 0, failed: 0, unknown: 0 };
	for (const { status } of checks) counts[status]++;
	return counts;
}
