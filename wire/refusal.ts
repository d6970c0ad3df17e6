/**
 * Every reason to refuse a message before it is acted upon, with its HTTP status: the caller can tell each from its
 * answer, and answers of both sides agree. None of these is cured by sending the same bytes again at once, but all
 * except `replayed` can come of a configuration that somebody is about to repair.
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
