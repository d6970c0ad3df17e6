import { errorResponse } from "./answer.ts";
import { answerBeforeBody } from "./answer-before-body.ts";
import type { BodyReading } from "./read-body.ts";

/** The answer to a body that could not be read. */
export function bodyErrorResponse(
	request: Request,
	ctx: ExecutionContext,
	reason: Extract<BodyReading, { ok: false }>["reason"],
): Response {
	switch (reason) {
		case "too_large":
			return answerBeforeBody(request, ctx, errorResponse(413, "the body is too large"));
		case "busy": {
			const busy = errorResponse(503, "another large body is being read; try again", { "retry-after": "2" });
			return answerBeforeBody(request, ctx, busy);
		}
		case "slow":
			return errorResponse(408, "the body took too long");
		case "broken":
			return errorResponse(400, "the body ended before its time");
		default:
			return reason satisfies never;
	}
}
