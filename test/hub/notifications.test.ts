import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { text as textOf } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { notify } from "../../cli/notify.ts";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import { verifyMessage } from "../../wire/signature.ts";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { recordedOutput } from "../cli/recorded-output.ts";
import { freePort } from "../support/free-port.ts";
import { eventually } from "./eventually.ts";
import { workflowJob } from "./failing-run.ts";
import { codeRuns, deliver, getJson, type Home, type HubProcess, makeHome, startReadyHub } from "./hub-process.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const PRELOAD = new URL("../stories/support/clock/hub-preload.ts", import.meta.url).href;
const MINUTE_MS = 60_000;

interface Received {
	readonly id: string;
	readonly incident: string | undefined;
	readonly isSigned: boolean;
	readonly body: string;
}

/** A real receiver on one port, which can be away, or answer as a test says. */
class Receiver {
	readonly received: Received[] = [];
	/** Answers nothing unless it ends the response. */
	answer: (response: ServerResponse) => void = (response) => void response.writeHead(204).end();
	/** Of the signatures' clock. */
	aheadMs = 0;
	private readonly server = createServer((request, response) => void this.take(request, response));

	async start(port = 0): Promise<number> {
		await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
		return (this.server.address() as AddressInfo).port;
	}

	close(): void {
		this.server.closeAllConnections();
		this.server.close();
	}

	private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const body = await textOf(request);
		const headers = { get: (name: string) => String(request.headers[name] ?? "") };
		const now = (Date.now() + this.aheadMs) / 1000;
		const verdict = verifyMessage([SECRET], headers, body, now);
		const { data } = JSON.parse(body);
		this.received.push({ id: headers.get("webhook-id"), incident: data.incident?.id, isSigned: verdict.ok, body });
		this.answer(response);
	}
}

/** A hub whose clock can be moved, with one attempt an incident and a webhook that hears of its end. */
class Hub {
	readonly home: Home;
	private readonly clockPort: number;
	private readonly variables: Readonly<Record<string, string>>;
	private process: HubProcess | undefined;
	private aheadMs = 0;

	private constructor(home: Home, clockPort: number, variables: Readonly<Record<string, string>>) {
		this.home = home;
		this.clockPort = clockPort;
		this.variables = variables;
	}

	static async start(receiverPort: number): Promise<Hub> {
		const home = await makeHome();
		const pipeline = parseDocument(await readFile(home.pipelineFile, "utf8"));
		pipeline.setIn(["outcome", "max_attempts"], 1);
		pipeline.setIn(["outcome", "escalate"], ["human"]);
		pipeline.setIn(["settings", "settle"], "0s");
		for (const agent of Object.keys(pipeline.toJS().agents)) pipeline.setIn(["agents", agent, "max_active"], 0);
		pipeline.set("notify", [
			{
				...{ name: "hook", on: ["escalated"], to: "webhook" },
				...{ url: "$env(HEALER_NOTIFY_HOOK_URL)", secret: "$env(HEALER_NOTIFY_HOOK_SECRET)" },
			},
		]);
		await writeFile(home.pipelineFile, pipeline.toString({ lineWidth: 0 }));
		const url = `http://127.0.0.1:${receiverPort}/in?key=secret-in-the-query`;
		const hub = new Hub(home, await freePort(), { HEALER_NOTIFY_HOOK_URL: url, HEALER_NOTIFY_HOOK_SECRET: SECRET });
		await hub.begin();
		return hub;
	}

	async begin(): Promise<void> {
		const env = {
			...this.variables,
			STORY_CLOCK_PORT: String(this.clockPort),
			HEALER_WRAPPER_PID: String(process.pid),
		};
		this.process = await startReadyHub(this.home, env, undefined, PRELOAD);
		await this.passTime(0);
	}

	/** kill -9 of everything that it started. */
	async kill(): Promise<void> {
		this.process?.signalGroup("SIGKILL");
		await this.process?.ended();
	}

	async passTime(ms: number): Promise<void> {
		this.aheadMs += ms;
		for (const at of [`http://127.0.0.1:${this.clockPort}`, this.home.url])
			await (await fetch(`${at}/story-clock?ahead_ms=${this.aheadMs}`)).json();
	}

	get ahead(): number {
		return this.aheadMs;
	}

	/** Incidents whose agents fail, so that each needs a person; returns their ids. */
	async escalate(from: number, count: number): Promise<readonly string[]> {
		const before = new Set(codeRuns(this.home));
		const answers = await Promise.all(
			Array.from({ length: count }, (_, n) =>
				deliver(this.home, "workflow_job", workflowJob({ runId: from + n, branch: `feature/${from + n}` })),
			),
		);
		const made = () => codeRuns(this.home).filter((name) => !before.has(name));
		await eventually(() => made().length === count, `${count} CodeRuns`);
		for (const name of made())
			expect(await finishCodeRun(this.home.stateDir, path.basename(name, ".yaml"), "Failed", Date.now())).toEqual({
				ok: true,
			});
		const escalated = async () => ((await this.status()).incidents.escalated ?? 0) >= from + count - 1;
		await eventually(escalated, `${count} more escalated incidents`);
		return answers.map(({ body }) => String(body.incident_id));
	}

	async status(): Promise<HubStatus> {
		return (await getJson(this.home, "/api/status")) as HubStatus;
	}

	async target(): Promise<HubStatus["notifications"][number]> {
		const [target] = (await this.status()).notifications;
		if (target === undefined) throw new Error("the pipeline has a target");
		return target;
	}
}

const started: { hub?: Hub; receiver?: Receiver } = {};
afterEach(async () => {
	await started.hub?.kill();
	started.receiver?.close();
});

describe("a receiver that is down for an hour, and a hub that is killed twice meanwhile", () => {
	it("gets each event, under an id that stays; only what may have arrived comes again", async () => {
		const port = await freePort();
		const hub = await Hub.start(port);
		started.hub = hub;

		const ids = [...(await hub.escalate(1, 2))];
		await eventually(async () => (await hub.target()).failing === 1, "the first try failed");
		expect(await hub.target()).toMatchObject({
			...{ name: "hook", host: `127.0.0.1:${port}`, pending: 2, problem: null },
			last_error: expect.stringContaining("refused or dropped the connection"),
		});
		await hub.kill();
		await hub.begin();
		ids.push(...(await hub.escalate(3, 2)));
		for (let minutes = 0; minutes < 60; minutes += 10) await hub.passTime(10 * MINUTE_MS);
		await eventually(async () => (await hub.target()).pending === 4, "all four wait");
		expect(await hub.target()).toMatchObject({ failed: 0 });

		// It is back, takes one message, and the hub dies before it hears of that.
		const receiver = new Receiver();
		started.receiver = receiver;
		receiver.aheadMs = hub.ahead;
		receiver.answer = () => undefined;
		await receiver.start(port);
		await hub.passTime(10 * MINUTE_MS);
		receiver.aheadMs = hub.ahead;
		await eventually(() => receiver.received.length === 1, "one message arrived");
		await hub.kill();

		receiver.answer = (response) => void response.writeHead(204).end();
		await hub.begin();
		await hub.passTime(10 * MINUTE_MS);
		receiver.aheadMs = hub.ahead;
		await eventually(async () => (await hub.target()).pending === 0, "nothing waits");

		expect(new Set(receiver.received.map(({ incident }) => incident))).toEqual(new Set(ids));
		expect(new Set(receiver.received.map(({ id }) => id))).toHaveProperty("size", 4);
		// The one whose answer was lost, and its second delivery is the first one's in every byte.
		expect(receiver.received).toHaveLength(5);
		const [first] = receiver.received;
		expect(receiver.received.filter(({ id }) => id === first?.id).map(({ body }) => body)).toEqual([
			first?.body,
			first?.body,
		]);
		expect(receiver.received.slice(1).every(({ isSigned }) => isSigned)).toBe(true);
		expect(await hub.target()).toMatchObject({ pending: 0, failed: 0, failing_since: null, last_error: null });

		const log = await readFile(path.join(hub.home.stateDir, "hub.log"), "utf8");
		expect(log).not.toMatch(/secret-in-the-query|whsec_MfKQ/);
	});
});

describe("a receiver that takes its time", () => {
	it("holds up no remediation, and `healer notify test` says what is wrong with it", async () => {
		const receiver = new Receiver();
		started.receiver = receiver;
		receiver.answer = () => undefined;
		const hub = await Hub.start(await receiver.start());
		started.hub = hub;
		await hub.escalate(1, 1);
		await eventually(() => receiver.received.length > 0, "a message is on its way");
		// Nothing is answered until these three have come to their end.
		await hub.escalate(2, 3);

		receiver.answer = (response) => void response.writeHead(302, { location: "https://elsewhere.test/" }).end();
		const env = { HEALER_STATE_DIR: hub.home.stateDir };
		const output = recordedOutput();
		expect(await notify("test", "hook", { url: hub.home.url }, env, output)).toBe(1);
		expect(output.lines[0]).toMatch(
			/^not sent hook .*answered 302: a redirect, which is not followed\. See the receiver's log/,
		);
		receiver.answer = (response) => void response.writeHead(200).end();
		expect(await notify("test", undefined, { url: hub.home.url }, env, output)).toBe(0);
	});
});
