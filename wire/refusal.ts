/**
 * Every reason to reject a message before it is processed, with its HTTP status: the answer identifies the reason, and
 * both sides agree. Resending the same bytes at once never helps, but all except `replayed` can be caused by a
 * configuration that is about to be fixed.
 */
export const REFUSAL_STATUS = {
	missing_header: 400,
	forged: 401,
	expired: 403,
	replayed: 409,
	bad_timestamp: 412,
	oversized: 413,
	not_json: 422,
	invalid: 422,
	wrong_id: 422,
	too_new: 425,
} as const;

export type RefusalReason = keyof typeof REFUSAL_STATUS;
