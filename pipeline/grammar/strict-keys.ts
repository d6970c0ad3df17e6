import * as z from "zod";
import { isDuration, type Seconds } from "./duration.ts";

/** An object without other keys. In its value, the names of durations end in `_s`. */
export function keys<Shape extends z.core.$ZodLooseShape>(shape: Shape, description?: string) {
	const object = z.strictObject(shape);
	const written = description === undefined ? object : object.describe(description);
	return written.transform((value) => {
		const named = Object.entries(value).map(([key, item]) => [valueName(key, shape[key]), item]);
		// The type says for each key what the line above does.
		return Object.fromEntries(named) as InSeconds<z.output<typeof written>>;
	});
}

type InSeconds<T> = {
	[Key in keyof T as Exclude<T[Key], undefined> extends Seconds ? `${Key & string}_s` : Key]: Exclude<
		T[Key],
		undefined
	> extends Seconds
		? number
		: T[Key];
};

/** The name in the value of what has this name in the file. */
export function valueName(key: string, schema: unknown): string {
	return isDuration(withoutDefault(schema)) ? `${key}_s` : key;
}

/** The keys and their schemas, of an object that may be optional; undefined for any other schema. */
export function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
	const inner = withoutDefault(schema);
	if (inner instanceof z.ZodObject) return inner.shape;
	return inner instanceof z.ZodPipe ? shapeOf(inner.in) : undefined;
}

function withoutDefault(schema: unknown): unknown {
	return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
		? withoutDefault(schema.unwrap())
		: schema;
}
