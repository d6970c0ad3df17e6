import { createServer } from "node:http";
import { listenOnLoopback } from "../state/free-port.ts";

/** A local stand-in for Slack: it takes every message and shows it to nobody. */
export interface SlackStandIn {
	/** What the demo's pipeline names as its target. */
	readonly variables: Readonly<Record<"HEALER_NOTIFY_SLACK_URL", string>>;
	close(): Promise<void>;
}

export async function startSlackStandIn(): Promise<SlackStandIn> {
	const server = createServer((request, response) => {
		request.resume().on("end", () => response.end("ok"));
	});
	const host = await listenOnLoopback(server);
	return {
		variables: { HEALER_NOTIFY_SLACK_URL: `http://${host}/services/demo` },
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}
