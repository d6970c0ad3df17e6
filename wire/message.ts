import type { z } from "zod";

export type MessageReading<T> =
	| { readonly ok: true; readonly value: T }
	| { readonly ok: false; readonly reason: "not_json" | "invalid"; readonly detail: string };

/**
 * Parses a verified body by its schema. `detail` names wrong or unknown fields, never their values, because it goes
 * into logs and answers.
 */
export function readMessage<T>(schema: z.ZodType<T>, body: string): MessageReading<T> {
	const parsed = parseJson(body);
	if (!parsed.ok) return { ok: false, reason: "not_json", detail: "the body is not JSON" };
	const checked = schema.safeParse(parsed.value);
	if (checked.success) return { ok: true, value: checked.data };
	return { ok: false, reason: "invalid", detail: checked.error.issues.slice(0, 10).map(describeIssue).join("; ") };
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
	try {
		return { ok: true, value: JSON.parse(text) };
	} catch {
		return { ok: false };
	}
}

function describeIssue(issue: z.core.$ZodIssue): string {
	const path = issue.path.map((part) => String(part).slice(0, 63)).join(".") || "body";
	if (issue.code !== "unrecognized_keys") return `${path}: ${issue.code}`;
	return `${path}: unknown ${issue.keys.map((key) => JSON.stringify(key.slice(0, 63))).join(", ")}`;
}
