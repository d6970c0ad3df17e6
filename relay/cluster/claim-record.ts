import { z } from "zod";

/** What stands on a claim (a Lease, or a file in the directory form). Times are milliseconds since the Unix epoch. */
export const claimRecordSchema = z.strictObject({
	/** What is claimed. */
	key: z.string(),
	/** The incident that holds it, and which of its attempts. */
	holder: z.string(),
	attempt: z.int(),
	/** The CodeRun made, or to be made, under it. */
	coderun_name: z.string(),
	/** SHA-256 of the request body, in hex. */
	digest: z.string(),
	taken_at: z.number(),
	ttl_s: z.number(),
	/** Also held while that CodeRun is unfinished. */
	while_active: z.boolean(),
	/** On an incident's own claim: the CodeRun was seen, so deleting it makes no second one. */
	seen: z.boolean(),
	/** On an incident's own claim: from then on no call of an earlier attempt can still be about to create. */
	quiet_at: z.number(),
});
export type ClaimRecord = Readonly<z.infer<typeof claimRecordSchema>>;
