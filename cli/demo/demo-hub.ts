import { readFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { replaceAtomic } from "../../relay/cluster/directory/atomic-file.ts";
import { renderYaml } from "../../relay/cluster/directory/coderun-yaml.ts";
import { finishCodeRun } from "../../relay/cluster/directory/finish-coderun.ts";
import type { IncidentDetail, ShownIncident } from "../../worker/api/shapes.ts";
import type { AnsweringHub } from "../hub/run-hub.ts";
import { signedHeaders } from "../replay.ts";
import type { DemoClock } from "./demo-clock.ts";
import type { DemoDelivery } from "./payloads.ts";

interface CodeRunFile {
	readonly spec: { readonly env: Readonly<Record<string, string>> };
	readonly status?: object;
}

/** How an agent's CodeRun ends. */
export interface AgentEnd {
	readonly phase: string;
	readonly pullRequestUrl?: string | undefined;
	readonly message?: string | undefined;
}

/** The hub as the demo uses it: through its webhooks, its API and its CodeRuns, like GitHub, a person and an agent. */
export class DemoHub {
	private readonly hub: AnsweringHub;
	private readonly clock: DemoClock;

	constructor(hub: AnsweringHub, clock: DemoClock) {
		this.hub = hub;
		this.clock = clock;
	}

	/** Returns the incident's id; undefined for a delivery that starts nothing. */
	async deliver({ event, payload }: DemoDelivery, id: string): Promise<string | undefined> {
		const body = new TextEncoder().encode(JSON.stringify(payload));
		const headers = signedHeaders(event, id, this.hub.secrets.GITHUB_WEBHOOK_SECRET, body);
		const response = await fetch(`${this.hub.url}/webhooks/github`, { method: "POST", body, headers });
		const answer = (await response.json()) as { readonly incident_id?: string };
		if (!response.ok) throw new Error(`the hub refused a delivery of ${event}: ${JSON.stringify(answer)}`);
		return answer.incident_id;
	}

	async act(id: string, action: string, agent?: string): Promise<void> {
		const response = await fetch(`${this.hub.url}/api/incidents/${id}/${action}`, {
			method: "POST",
			body: JSON.stringify(agent === undefined ? {} : { agent }),
			headers: { "content-type": "application/json", authorization: `Bearer ${this.hub.secrets.HEALER_API_TOKEN}` },
		});
		if (!response.ok) throw new Error(`the hub refused to ${action} ${id}: ${await response.text()}`);
		await response.body?.cancel();
	}

	async incident(id: string): Promise<IncidentDetail> {
		return await this.get(`/api/incidents/${id}`);
	}

	async incidents(status: string): Promise<readonly ShownIncident[]> {
		const { incidents } = await this.get<{ incidents: readonly ShownIncident[] }>(
			`/api/incidents?status=${status}&limit=200`,
		);
		return incidents;
	}

	async setTime(now: number, relayBehindMs = 0): Promise<void> {
		await this.clock.set(now, { url: this.hub.url, token: this.hub.secrets.HEALER_API_TOKEN }, relayBehindMs);
	}

	/** Runs the sweep at this time, with the relay's clock so many ms behind. */
	async sweepAt(now: number, relayBehindMs = 0): Promise<void> {
		await this.setTime(now, relayBehindMs);
		await this.hub.fireCron();
	}

	/** Ends a CodeRun as its controller would, with what its agent left. */
	async endCodeRun(name: string, { phase, pullRequestUrl, message }: AgentEnd): Promise<void> {
		const { root } = this.hub.folder;
		const coderun = await this.readCodeRun(name);
		const left = { ...(pullRequestUrl && { pullRequestUrl }), ...(message && { message }) };
		await replaceAtomic(this.fileOf(name), renderYaml({ ...coderun, status: { ...coderun.status, ...left } }));
		const finished = await finishCodeRun(root, name, phase, this.clock.now());
		if (!finished.ok) throw new Error(`the demo could not finish ${name}: ${finished.reason}`);
	}

	/** The branch that this CodeRun's agent pushes to. */
	async branchOf(name: string): Promise<string> {
		const { HEALER_FIX_BRANCH: fix, TARGET_BRANCH: target } = (await this.readCodeRun(name)).spec.env;
		return fix || target || "main";
	}

	private async readCodeRun(name: string): Promise<CodeRunFile> {
		return parse(await readFile(this.fileOf(name), "utf8")) as CodeRunFile;
	}

	private fileOf(name: string): string {
		return path.join(this.hub.folder.coderuns, `${name}.yaml`);
	}

	private async get<T>(route: string): Promise<T> {
		return (await (await fetch(this.hub.url + route)).json()) as T;
	}
}
