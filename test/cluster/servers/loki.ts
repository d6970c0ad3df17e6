import path from "node:path";
import { provideLoki } from "./loki-program.ts";
import { type RunningServer, startServer } from "./running-server.ts";

/** A stream of lines: time in milliseconds since the epoch, and text. */
export interface Stream {
	readonly labels: Readonly<Record<string, string>>;
	readonly lines: readonly (readonly [number, string])[];
}

/** A real Loki; ready when it accepts lines. With `tenants`, each tenant has its own lines. */
export async function startLoki({ tenants = false } = {}): Promise<RunningServer> {
	const config = path.join(import.meta.dirname, "loki", "loki.yaml");
	return startServer(
		await provideLoki(),
		async ({ folder, port, other }) => ({
			args: [`-config.file=${config}`, "-config.expand-env"],
			env: { LOKI_DIR: folder, LOKI_HTTP: String(port), LOKI_GRPC: String(other), LOKI_AUTH: String(tenants) },
		}),
		async (url) => {
			await pushLines(url, [{ labels: { app: "probe" }, lines: [[Date.now(), "ready?"]] }], "probe");
			return true;
		},
	);
}

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs */
export async function pushLines(url: string, streams: readonly Stream[], tenant?: string): Promise<void> {
	const body = JSON.stringify({
		streams: streams.map(({ labels, lines }) => ({
			stream: labels,
			values: lines.map(([ms, line]) => [`${BigInt(ms) * 1_000_000n}`, line]),
		})),
	});
	const headers = { "content-type": "application/json", ...(tenant && { "x-scope-orgid": tenant }) };
	const response = await fetch(`${url}/loki/api/v1/push`, { method: "POST", headers, body });
	if (!response.ok) throw new Error(`Loki answered ${response.status}: ${await response.text()}`);
}
