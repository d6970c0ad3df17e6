import type { z } from "zod";
import { readMessage } from "../../wire/message.ts";
import { REFUSAL_STATUS, type RefusalReason } from "../../wire/refusal.ts";
import { verifyMessage } from "../../wire/signature.ts";
import type { Clock } from "../clock.ts";
import { readBody } from "./read-body.ts";

export type SignedReading<T> =
	| { readonly ok: true; readonly id: string; readonly body: string; readonly value: T }
	| { readonly ok: false; readonly reason: RefusalReason; readonly id?: string; readonly detail?: string };

/** Reads a request after checking its size, signature and shape, in this order. */
export async function readSigned<T>(
	request: Request,
	{
		secrets,
		clock,
		limit,
		schema,
	}: {
		readonly secrets: readonly string[];
		readonly clock: Clock;
		readonly limit: number;
		readonly schema: z.ZodType<T>;
	},
): Promise<SignedReading<T>> {
	const body = await readBody(request, limit);
	if (!body.ok) return body;
	const verdict = verifyMessage(secrets, request.headers, body.text, Math.floor(clock.now() / 1000));
	if (!verdict.ok) return verdict;
	const { id } = verdict;
	const message = readMessage(schema, body.text);
	return message.ok ? { ok: true, id, body: body.text, value: message.value } : { ...message, id };
}

/** Returns the reason, and to signed requests the field as well. */
export function refusalResponse(refusal: { readonly reason: RefusalReason; readonly detail?: string }): Response {
	const { reason, detail } = refusal;
	return Response.json(
		{ error: reason, ...(detail === undefined ? {} : { detail }) },
		{ status: REFUSAL_STATUS[reason] },
	);
}
