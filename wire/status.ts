import * as z from "zod";
import { attemptSchema, incidentIdSchema, objectNameSchema } from "./names.ts";
import { outcomeSchema } from "./outcome.ts";

/** Body of `POST /v1/coderuns/status`: which attempt's CodeRun, and its name as the worker knows it. */
export const statusRequestSchema = z.strictObject({
	incident_id: incidentIdSchema,
	attempt: attemptSchema,
	coderun_name: objectNameSchema,
});

/**
 * Answer to `POST /v1/coderuns/status`, parsed loosely: fields of a newer relay are dropped. `ended` contains the
 * outcome that is, or was, posted to the worker. `gone`: neither the CodeRun nor a trace of it exists, and no request
 * in flight can still create it. The name can differ from the requested one, if another agent was chosen when it was
 * created.
 */
export const statusAnswerSchema = z.discriminatedUnion("state", [
	/** `started`: whether the CodeRun has a phase; absent where nothing knows, and from an older relay. */
	z.object({ state: z.literal("running"), coderun_name: objectNameSchema, started: z.boolean().optional() }),
	z.object({ state: z.literal("ended"), outcome: z.object(outcomeSchema.shape) }),
	z.object({ state: z.literal("gone") }),
]);

export type StatusRequest = z.infer<typeof statusRequestSchema>;
export type CodeRunStatus = z.infer<typeof statusAnswerSchema>;
