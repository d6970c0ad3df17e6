import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../wire/message-of.ts";
import { type Check, unknown } from "./check-result.ts";

/** One part of Healer that is checked by itself: no other part's failure keeps it from being checked. */
export interface Part {
	readonly name: string;
	check(): Check | readonly Check[] | Promise<Check | readonly Check[]>;
}

/** Longer than one request takes (`ask`), twice. */
const WITHIN_MS = 25_000;

/** Checks all parts at once, each within the time. One that takes longer, or that throws, is unknown. */
export async function runParts(parts: readonly Part[], withinMs = WITHIN_MS): Promise<readonly Check[]> {
	return (await Promise.all(parts.map((part) => runPart(part, withinMs)))).flat();
}

async function runPart({ name, check }: Part, withinMs: number): Promise<readonly Check[]> {
	const timer = new AbortController();
	const late = sleep(withinMs, [unknown(name, `no answer within ${withinMs / 1000} s.`, "Run doctor again.")], {
		signal: timer.signal,
	});
	late.catch(() => undefined);
	try {
		return [await Promise.race([check(), late])].flat();
	} catch (error) {
		return [unknown(name, `could not be checked: ${messageOf(error)}.`, "This is a bug of doctor: report it.")];
	} finally {
		timer.abort();
	}
}
