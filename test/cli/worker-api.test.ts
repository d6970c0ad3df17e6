import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { rollback } from "../../cli/rollback.ts";
import { askWorker, workerAt } from "../../cli/worker-api.ts";
import type { Right } from "../../worker/http/rights.ts";
import { recordedOutput } from "./recorded-output.ts";
import { stubWorker } from "./stub-worker.ts";

/** A state folder whose running hub is this worker. */
function stateOf(url: string): NodeJS.ProcessEnv {
	const folder = mkdtempSync(path.join(tmpdir(), "healer-state-"));
	writeFileSync(path.join(folder, "hub.json"), JSON.stringify({ pid: process.pid, url }));
	writeFileSync(path.join(folder, "secrets.env"), 'HEALER_API_TOKEN="the-hubs-own"\n');
	return { HEALER_STATE_DIR: folder };
}

async function asked(url: string | undefined, env: NodeJS.ProcessEnv): Promise<unknown> {
	const worker = await workerAt({ url }, env, "read");
	return worker.ok ? await askWorker(worker.value, "/api/status") : worker.problem;
}

describe("workerAt", () => {
	it("sends the state folder's token to its own hub, however that is named", async () => {
		const hub = await stubWorker(() => ({ body: {} }));
		await asked(undefined, stateOf(hub.url));
		await asked(hub.url, stateOf(hub.url));
		await asked(`${hub.url}/`, stateOf(hub.url));
		await asked(undefined, { ...stateOf(hub.url), HEALER_URL: hub.url });
		expect(hub.authorizations).toEqual(Array.from({ length: 4 }, () => "Bearer the-hubs-own"));
	});

	it("sends it to no other worker: that gets the environment's, or none", async () => {
		const hub = await stubWorker(() => ({ body: {} }));
		const other = await stubWorker(() => ({ status: 401, body: {} }));
		const env = stateOf(hub.url);
		expect(await asked(other.url, env)).toEqual({
			ok: false,
			problem: `${other.url} requires a token. Set HEALER_READ_TOKENS or HEALER_OPERATE_TOKENS or HEALER_ADMIN_TOKENS or HEALER_API_TOKEN to one of its tokens, or give one with --token.`,
		});
		await asked(undefined, { ...env, HEALER_URL: other.url });
		await asked(other.url, { ...env, HEALER_API_TOKEN: "the-others" });
		expect(other.authorizations).toEqual([undefined, undefined, "Bearer the-others"]);
		expect(hub.asked).toEqual([]);
	});

	it("sends the token with the fewest rights that suffice, or the one that it is given", async () => {
		const other = await stubWorker(() => ({ body: {} }));
		const env = {
			HEALER_SENSOR_TOKENS: "s",
			HEALER_READ_TOKENS: "r1 r2",
			HEALER_OPERATE_TOKENS: "o",
			HEALER_ADMIN_TOKENS: "a",
			HEALER_API_TOKEN: "all",
		};
		const tokenOf = async (right: Right, changes: NodeJS.ProcessEnv = {}, token?: string) => {
			const worker = await workerAt({ url: other.url, token }, { ...env, ...changes }, right);
			return worker.ok ? worker.value.token : worker.problem;
		};
		expect(await tokenOf("read")).toBe("r1");
		expect(await tokenOf("operate")).toBe("o");
		expect(await tokenOf("administer")).toBe("a");
		expect(await tokenOf("operate", { HEALER_OPERATE_TOKENS: "" })).toBe("a");
		expect(await tokenOf("administer", { HEALER_ADMIN_TOKENS: "" })).toBe("all");
		expect(await tokenOf("administer", { HEALER_ADMIN_TOKENS: "", HEALER_API_TOKEN: "" })).toBeUndefined();
		expect(await tokenOf("read", {}, "given")).toBe("given");
	});

	it("says which right a token lacks", async () => {
		const other = await stubWorker(() => ({ status: 403, body: { error: "..." } }));
		const output = recordedOutput();
		expect(await rollback({ url: other.url, token: "r" }, {}, output)).toBe(1);
		expect(output.problems).toEqual([
			`${other.url}: this token may not administer. Set HEALER_ADMIN_TOKENS or HEALER_API_TOKEN to one of its tokens, or give one with --token.`,
		]);
		expect(other.authorizations).toEqual(["Bearer r"]);
	});

	it.each(["banana", "ftp://healer.example.com", "127.0.0.1:8787"])("says that %s is no address", async (url) => {
		expect(await asked(url, {})).toBe(`${url} is not a worker's URL: give one such as https://healer.example.com.`);
	});
});
