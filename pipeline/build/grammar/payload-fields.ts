import payloads from "../payload-shapes.json" with { type: "json" };
import { type Fields, KnownTexts, type Shape } from "./shape.ts";

/**
 * The fields that GitHub's schema and examples know for an event's payload, in any of its actions
 * (`test/support/cut-payloads.ts` cuts them out). Undefined for internal events, and where anything may be sent.
 */
export function payloadFields(event: string): Fields | undefined {
	const roots: Readonly<Record<string, number>> = payloads.events;
	const root = Object.hasOwn(roots, event) ? shapes()[roots[event] ?? -1] : undefined;
	return root === undefined || root === "any" || root instanceof KnownTexts ? undefined : root;
}

type Cut = Readonly<Record<string, number>> | readonly (string | null)[] | null;

let read: readonly Shape[] | undefined;

/** Each refers to earlier ones only, and equal ones stand once: what comes of it is as small as the file. */
function shapes(): readonly Shape[] {
	if (read === undefined) {
		const shapes: Shape[] = [];
		for (const cut of payloads.shapes as readonly Cut[]) {
			shapes.push(shapeOf(cut, shapes));
		}
		read = shapes;
	}
	return read;
}

function shapeOf(cut: Cut, before: readonly Shape[]): Shape {
	if (cut === null) {
		return "any";
	}
	if (isTexts(cut)) {
		return new KnownTexts(
			cut.filter((text) => text !== null),
			cut.includes(null),
		);
	}
	return Object.fromEntries(Object.entries(cut).map(([name, index]) => [name, before[index] ?? "any"]));
}

function isTexts(cut: NonNullable<Cut>): cut is readonly (string | null)[] {
	return Array.isArray(cut);
}
