import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** GitHub, its log storage and a relay in one loopback server; each answer is delayed. */
export interface SlowGitHub {
	readonly url: string;
	/** The URL of a log of this many bytes. */
	logOf(bytes: number): string;
	close(): Promise<void>;
}

export interface Delays {
	readonly github_ms: number;
	readonly relay_ms: number;
}

/** `text` is a log of 1 MB; longer ones repeat it and end as it does. */
export async function startSlowGitHub(text: string, delays: Delays): Promise<SlowGitHub> {
	const log = Buffer.from(text);
	const server = createServer(async (request, response) => {
		const path = request.url ?? "/";
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk);
		if (path.startsWith("/log/")) return void (await sendLog(response, log, Number(path.slice(5))));
		if (path === "/v1/context") {
			const { sources } = JSON.parse(Buffer.concat(chunks).toString());
			await sleep(delays.relay_ms);
			const results = sources.map(({ name, from }: { name: string; from: string }) => ({
				...{ name, from, took_ms: delays.relay_ms, status: "empty" },
			}));
			return void sendJson(response, { results });
		}
		await sleep(delays.github_ms);
		const route = Object.entries(ANSWERS).find(([pattern]) => new RegExp(pattern).test(path));
		if (/\/logs$/.test(path)) return void response.writeHead(302, { location: `${url}/log/${log.length}` }).end();
		sendJson(response, route?.[1] ?? { message: "Not Found" }, route === undefined ? 404 : 200);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url,
		logOf: (bytes) => `${url}/log/${bytes}`,
		async close() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
		},
	};
}

const SHA = "1".repeat(40);
const RUN = {
	...{ id: 815, workflow_id: 3, run_number: 5, head_sha: SHA, head_branch: "fix/it", status: "completed" },
	...{ conclusion: "failure", head_repository: { full_name: "5dlabs/cto" } },
};
const PULL = {
	...{ number: 7, state: "open", title: "Change it", base: { ref: "main" }, changed_files: 1 },
	head: { ref: "fix/it", sha: SHA, repo: { full_name: "5dlabs/cto" } },
};

const ANSWERS: Readonly<Record<string, unknown>> = {
	"/installation$": { id: 77 },
	"/access_tokens$": { token: "ghs_1", expires_at: "2999-01-01T00:00:00Z" },
	"/jobs\\?": { jobs: [{ id: 12, name: "lint", conclusion: "failure", steps: [] }] },
	"/workflows/3/runs": { workflow_runs: [RUN] },
	"/runs/815$": RUN,
	"/pulls/7/files": [{ filename: "src/lib.rs", additions: 1, deletions: 1 }],
	"/pulls/7$": PULL,
	"/pulls\\?": [PULL],
	"/commits/": { sha: SHA, commit: { message: "Fix" }, parents: [] },
};

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
	response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
}

async function sendLog(response: ServerResponse, log: Buffer, bytes: number): Promise<void> {
	response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
	for (let left = bytes; left > 0 && !response.destroyed; left -= log.length) {
		if (!response.write(log)) await new Promise((resolve) => response.once("drain", resolve));
	}
	response.end();
}
