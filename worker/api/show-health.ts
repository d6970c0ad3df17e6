import type { Env } from "../env.ts";
import { answer } from "../http/answer.ts";
import { createLog, messageOf } from "../log.ts";

/** `GET /health`, open to everybody and saying no more than whether deliveries can be written down. */
export async function showHealth(_request: Request, env: Env): Promise<Response> {
	try {
		await env.JOURNAL.prepare("SELECT 1 FROM incidents LIMIT 1").run();
		return answer(200, { status: "ok" });
	} catch (cause) {
		createLog().error("the journal does not answer", { cause: messageOf(cause) });
		return answer(503, { status: "failing" });
	}
}
