import type * as z from "zod";
import { type Endpoint, getJson, type Question } from "./endpoint.ts";

export type AnswerReading<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly why: string; readonly status?: number };

/** Requests JSON and accepts only an answer of this shape; other fields are dropped. */
export async function readAnswer<T>(
	endpoint: Endpoint,
	question: Question,
	schema: z.ZodType<T>,
): Promise<AnswerReading<T>> {
	const answer = await getJson(endpoint, question);
	return answer.ok ? understood(endpoint.service, answer.value, schema) : answer;
}

/** Parses an answer by the schema, or names the first field that does not match. */
export function understood<T>(service: string, value: unknown, schema: z.ZodType<T>): AnswerReading<T> {
	const checked = schema.safeParse(value);
	if (checked.success) return { ok: true, value: checked.data };
	const [issue] = checked.error.issues;
	const where = issue?.path.map((part) => String(part).slice(0, 63)).join(".") || "(root)";
	return { ok: false, why: `${service} sent an unexpected answer: ${where}` };
}
