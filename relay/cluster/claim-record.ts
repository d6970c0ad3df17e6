import * as z from "zod";

/** The record in a claim (a Lease, or a file in the directory sink). Times are milliseconds since the Unix epoch. */
export const claimRecordSchema = z.strictObject({
	key: z.string(),
	/** The incident that holds the claim, and its attempt. */
	holder: z.string(),
	attempt: z.int(),
	/** The CodeRun created, or to be created, under the claim. */
	coderun_name: z.string(),
	/** SHA-256 of the request body, in hex. */
	digest: z.string(),
	taken_at: z.number(),
	ttl_s: z.number(),
	/** Also held while that CodeRun is unfinished. */
	while_active: z.boolean(),
	/** On an incident's own claim: the CodeRun was seen, so deleting it creates no second one. */
	seen: z.boolean(),
	/** On an incident's own claim: from then on no call of an earlier attempt can still create a CodeRun. */
	quiet_at: z.number(),
});
export type ClaimRecord = Readonly<z.infer<typeof claimRecordSchema>>;
