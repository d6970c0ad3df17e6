import { refuse } from "./answer.ts";
import { answerBeforeBody } from "./answer-before-body.ts";
import type { BodyReading } from "./read-body.ts";

/** The answer to a body that could not be read. */
export function refuseBody(
	request: Request,
	ctx: ExecutionContext,
	reason: Extract<BodyReading, { ok: false }>["reason"],
): Response {
	switch (reason) {
		case "too_large":
			return answerBeforeBody(request, ctx, refuse(413, "the body is too large"));
		case "busy": {
			const busy = refuse(503, "another large body is being read; try again", { "retry-after": "2" });
			return answerBeforeBody(request, ctx, busy);
		}
		case "slow":
			return refuse(408, "the body took too long");
		case "broken":
			return refuse(400, "the body ended before its time");
		default:
			return reason satisfies never;
	}
}
