/**
 * SQL: nothing more is done about this incident by itself, since before ?1, and nobody works on it at ?2; both in
 * milliseconds. Only those are ever forgotten, in whole or in part.
 */
export const FINISHED = `ended_at < ?1 AND ended_at IS NOT NULL AND next_try_at IS NULL AND locked_until <= ?2
	AND status IN ('fixed', 'failed', 'escalated', 'superseded', 'cancelled', 'dead')`;
