import { refuse } from "./answer.ts";
import type { BodyReading } from "./read-body.ts";

/** The answer to a body that could not be read. */
export function refuseBody(reason: Extract<BodyReading, { ok: false }>["reason"]): Response {
	switch (reason) {
		case "too_large":
			return refuse(413, "the body is too large");
		case "busy":
			return refuse(503, "another large body is being read; try again", { "retry-after": "2" });
		case "slow":
			return refuse(408, "the body took too long");
		case "broken":
			return refuse(400, "the body ended before its time");
		default:
			return reason satisfies never;
	}
}
