import * as z from "zod";
import { fail, ok, type Result } from "../../wire/result.ts";

/**
 * One failure, as `healer route` reads it. Any field may be null or absent, and unknown ones are ignored, so labelled
 * collections can be piped in unchanged.
 */
const failureCase = z.object({
	id: z.union([z.string(), z.number()]).nullish(),
	event: z.string().nullish(),
	repository: z.string().nullish(),
	branch: z.string().nullish(),
	workflow_name: z.string().nullish(),
	workflow_path: z.string().nullish(),
	job_name: z.string().nullish(),
	failed_steps: z.array(z.string()).nullish(),
	changed_files: z.array(z.string()).nullish(),
	commit_message: z.string().nullish(),
	conclusion: z.string().nullish(),
	/** Text that came with the event itself. */
	evidence: z.string().nullish(),
	log: z.string().nullish(),
	alert: z
		.object({
			type: z.string().nullish(),
			number: z.number().nullish(),
			severity: z.string().nullish(),
			package_name: z.string().nullish(),
			cve_id: z.string().nullish(),
			description: z.string().nullish(),
			manifest_path: z.string().nullish(),
		})
		.nullish(),
});

export type FailureCase = z.infer<typeof failureCase>;

/** Parses one line of JSON; the problem names the invalid fields. */
export function readFailureCase(line: string): Result<FailureCase> {
	let parsed: unknown;
	try {
		parsed = JSON.parse(line);
	} catch {
		return fail("not valid JSON");
	}
	const checked = failureCase.safeParse(parsed);
	if (checked.success) return ok(checked.data);
	const issues = checked.error.issues.map(({ path, message }) => `${path.join(".") || "the case"}: ${message}`);
	return fail(issues.join("; "));
}
