import payloads from "../payload-shapes.json" with { type: "json" };
import { type Fields, KnownTexts, type Shape } from "./shape.ts";

/**
 * The payload fields of an event, for all its actions, from GitHub's schema and examples
 * (`test/support/cut-payloads.ts` generates them). Undefined for internal events and for payloads with arbitrary
 * fields.
 */
export function payloadFields(event: string): Fields | undefined {
	const roots: Readonly<Record<string, number>> = payloads.events;
	const root = Object.hasOwn(roots, event) ? shapes()[roots[event] ?? -1] : undefined;
	return typeof root !== "object" || root instanceof KnownTexts ? undefined : root;
}

type Cut = Readonly<Record<string, number>> | readonly (string | null)[] | "number" | null;

let read: readonly Shape[] | undefined;

/**
 * Each shape refers only to earlier ones, and equal shapes are stored once. So the result stays as small as the file.
 */
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
	if (cut === "number") {
		return cut;
	}
	if (isTexts(cut)) {
		return new KnownTexts(
			cut.filter((text) => text !== null),
			cut.includes(null),
		);
	}
	return Object.fromEntries(Object.entries(cut).map(([name, index]) => [name, before[index] ?? "any"]));
}

function isTexts(cut: Exclude<Cut, "number" | null>): cut is readonly (string | null)[] {
	return Array.isArray(cut);
}
