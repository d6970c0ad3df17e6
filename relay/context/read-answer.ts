import type * as z from "zod";
import { type Endpoint, getJson, type Question } from "./endpoint.ts";

export type AnswerReading<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly why: string; readonly status?: number };

/** Asks, and takes only an answer of this shape; what it has besides is left out. */
export async function readAnswer<T>(
	endpoint: Endpoint,
	question: Question,
	schema: z.ZodType<T>,
): Promise<AnswerReading<T>> {
	const answer = await getJson(endpoint, question);
	return answer.ok ? understood(endpoint.service, answer.value, schema) : answer;
}

/** An answer as what the schema says, or at which field it is something else. */
export function understood<T>(service: string, value: unknown, schema: z.ZodType<T>): AnswerReading<T> {
	const checked = schema.safeParse(value);
	if (checked.success) return { ok: true, value: checked.data };
	const [issue] = checked.error.issues;
	const where = issue?.path.map((part) => String(part).slice(0, 63)).join(".") || "the whole of it";
	return { ok: false, why: `${service} answered something else than it should: ${where}` };
}
