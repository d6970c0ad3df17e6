import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { doctor } from "../../cli/doctor.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { codeRuns, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

describe("doctor", () => {
	let home: Home;
	let hub: HubProcess;
	beforeAll(async () => {
		home = await makeHome();
		hub = await startReadyHub(home);
	});
	afterAll(async () => {
		hub.signalGroup("SIGTERM");
		await hub.ended();
	});

	/** The exit code, then the lines. */
	async function examined(env: NodeJS.ProcessEnv): Promise<readonly unknown[]> {
		const output = recordedOutput();
		const code = await doctor({ pipeline: home.pipelineFile }, { HEALER_STATE_DIR: home.stateDir, ...env }, output);
		return [code, ...output.lines];
	}

	it("finds a running hub by its state folder and all of it ok, and leaves nothing behind", async () => {
		expect(await examined({})).toEqual([
			0,
			expect.stringMatching(/^ok {7}pipeline .* is valid: version [0-9a-f]{12}\.$/),
			`ok       worker                 ${home.url} writes its journal.`,
			expect.stringMatching(/^ok {7}active pipeline {8}[0-9a-f]{12}, the same as the local one\.$/),
			expect.stringMatching(/^ok {7}journal's size {9}\d+ MB of 10 GB\.$/),
			"ok       sensor's token         the worker accepts it.",
			"ok       GitHub's signature     the worker accepts it.",
			"ok       wire, at the worker    the worker accepts it.",
			"unknown  GitHub App             not checked. Set GITHUB_APP_ID and GITHUB_PRIVATE_KEY.",
			expect.stringMatching(/^warning {2}unknown heads {10}without an App nobody can be asked/),
			`ok       relay                  http://127.0.0.1:${home.relayPort} is running.`,
			"ok       relay's cluster        accepts CodeRuns.",
			"ok       wire, at the relay     the relay accepts it.",
			"ok       versions               worker 0.1.0 (protocol 3), relay 0.1.0 (protocol 3): compatible.",
			"unknown  cluster                not checked. Set KUBECONFIG.",
			"unknown  namespaces             named in 1 place only, not compared. Run doctor beside wrangler.toml and deploy/, with a valid pipeline.",
			"ok       GitHub's host          GITHUB_API_URL and the pipeline name the same host.",
			"",
			"12 ok, 1 warning, 0 failed, 3 unknown.",
		]);
		expect(await getJson(home, "/api/status")).toMatchObject({ incidents: {}, ignored: {} });
		expect(codeRuns(home)).toEqual([]);
	});

	it("names every secret that worker or relay reject, and shows none", async () => {
		const wrong = {
			GITHUB_WEBHOOK_SECRET: "not-it-1",
			HEALER_API_TOKEN: "not-it-2",
			HEALER_WIRE_SECRETS: "whsec_bm90IHRoZSBzZWNyZXQgb2YgdGhpcyBodWIhIQ==",
		};
		const [code, ...lines] = await examined(wrong);
		expect(code).toBe(1);
		expect(lines.filter((line) => String(line).startsWith("failed"))).toEqual([
			"failed   sensor's token         the worker refuses HEALER_API_TOKEN. Set it on the worker: npx wrangler secret put HEALER_API_TOKEN.",
			"failed   GitHub's signature     the worker refuses GITHUB_WEBHOOK_SECRET. Set it on the worker: npx wrangler secret put GITHUB_WEBHOOK_SECRET.",
			"failed   wire, at the worker    the worker refuses HEALER_WIRE_SECRETS. Set it on the worker: npx wrangler secret put HEALER_WIRE_SECRETS.",
			"failed   wire, at the relay     the relay refuses HEALER_WIRE_SECRETS. Copy the worker's value into the Secret healer-relay, then run kubectl -n cto rollout restart deployment/healer-relay.",
		]);
		expect(lines.join("\n")).not.toContain("not-it");
	});

	it("reports where there is no answer", async () => {
		const nowhere = "http://127.0.0.1:9";
		const [code, ...lines] = await examined({ HEALER_URL: nowhere, RELAY_URL: nowhere });
		expect(code).toBe(1);
		expect(lines.filter((line) => String(line).startsWith("failed"))).toEqual([
			expect.stringMatching(/^failed {3}worker {17}http:\/\/127\.0\.0\.1:9\/health: no answer \(.+\)\. Deploy it: /),
			expect.stringMatching(/^failed {3}relay {18}http:\/\/127\.0\.0\.1:9\/livez: no answer \(.+\)\. Check the relay/),
		]);
	});
});
