import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Asker, answerRequest, askerOf } from "./answers/answer-request.ts";
import { APP_ID, APP_KEY, AppState, type PutDelivery } from "./app-state.ts";
import { type DescribedRequest, judge, type PlainAnswer } from "./description.ts";
import { Disturbances, type Disturbing, disturb } from "./disturbances.ts";
import { redeliver, type Webhook } from "./redeliver.ts";
import type { RepositoryState } from "./repository-state.ts";
import { type MockRoute, routeOf } from "./routes.ts";
import type { Delivery } from "./samples.ts";

export interface RecordedRequest {
	/** `GET /repos/5dlabs/cto/pulls/7?per_page=100`. */
	readonly line: string;
	/** Undefined when the description has none. */
	readonly route: MockRoute | undefined;
	readonly as: Asker["kind"];
	readonly body: unknown;
	readonly headers: Readonly<Record<string, string>>;
	/** The answer's status; 0 when there was none. */
	status: number;
}

/**
 * GitHub on loopback: it answers from the data a test puts into it, and rejects what GitHub's own description forbids.
 */
export interface GitHubMock {
	/** For `GITHUB_API_URL`. */
	readonly url: string;
	/** The settings that make a hub this App. */
	readonly variables: Readonly<Record<"GITHUB_APP_ID" | "GITHUB_PRIVATE_KEY" | "GITHUB_API_URL", string>>;
	/** For `GITHUB_APP_ID` and `GITHUB_PRIVATE_KEY`. */
	readonly app: { readonly id: string; readonly privateKey: string; readonly privateKeyPkcs8: string };
	/** The content of `owner/name`, created with the App installed if missing. */
	repository(fullName: string): RepositoryState;
	/** Sets what the App's installations were granted. */
	grant(permissions: Readonly<Record<string, "read" | "write">>): void;
	/** Adds a delivery of the App's hook, newer than the earlier ones. Nothing is sent. */
	putDelivery(delivery: PutDelivery): Delivery;
	/** A person created an App from a manifest: its redirect carries this code. */
	putManifestCode(code: string): void;
	/** Oldest first. */
	readonly deliveries: readonly Delivery[];
	/** The target of redeliveries. */
	webhook: Webhook | undefined;
	/** Makes GitHub misbehave until `calm`. */
	disturb(disturbing: Disturbing): void;
	calm(): void;
	/** Every request, in order of arrival. */
	readonly requests: readonly RecordedRequest[];
	/** What violates GitHub's description: requests, and answers assembled by a test. */
	readonly violations: string[];
	/** Stops the mock. Throws on violations, so that no test passes with one; remove expected ones first. */
	close(): Promise<void>;
}

/** Starts the mock on a free loopback port. */
export async function startGitHubMock(): Promise<GitHubMock> {
	const mock = new RunningMock();
	await mock.listen();
	return mock;
}

class RunningMock implements GitHubMock {
	url = "";
	readonly app = { id: String(APP_ID), privateKey: APP_KEY.pkcs1, privateKeyPkcs8: APP_KEY.pkcs8 };
	readonly requests: RecordedRequest[] = [];
	readonly violations: string[] = [];
	webhook: Webhook | undefined;
	private readonly state = new AppState();
	private readonly disturbances = new Disturbances();
	private readonly server = createServer((request, response) => void this.serve(request, response));
	private readonly underWay = new Set<Promise<void>>();

	grant(permissions: Readonly<Record<string, "read" | "write">>): void {
		this.state.granted = permissions;
	}

	async listen(): Promise<void> {
		await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
		this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
	}

	get variables(): GitHubMock["variables"] {
		// Line ends as in one line of an environment file.
		const key = this.app.privateKey.replaceAll("\n", "\\n");
		return { GITHUB_APP_ID: this.app.id, GITHUB_PRIVATE_KEY: key, GITHUB_API_URL: this.url };
	}

	repository(fullName: string): RepositoryState {
		return this.state.repository(fullName);
	}

	putDelivery(delivery: PutDelivery): Delivery {
		return this.state.putDelivery(delivery);
	}

	putManifestCode(code: string): void {
		this.state.manifestCodes.add(code);
	}

	get deliveries(): readonly Delivery[] {
		return this.state.deliveries;
	}

	disturb(disturbing: Disturbing): void {
		this.disturbances.add(disturbing);
	}

	calm(): void {
		this.disturbances.calm();
	}

	async close(): Promise<void> {
		const closed = new Promise((resolve) => this.server.close(resolve));
		this.server.closeAllConnections();
		await closed;
		await Promise.all(this.underWay);
		if (this.violations.length > 0) {
			throw new Error(`GitHub's description does not allow:\n${this.violations.join("\n")}`);
		}
	}

	private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		try {
			await this.answer(incoming, response);
		} catch (error) {
			this.violations.push(`the mock failed: ${error instanceof Error ? error.stack : error}`);
			response.destroy();
		}
	}

	private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
		const request = await describe(incoming);
		const line = `${incoming.method} ${incoming.url}`;
		const asker = await askerOf(request, this.state);
		const record = this.record(line, request, asker);
		response.on("finish", () => {
			record.status = response.statusCode;
		});

		const disturbance = this.disturbances.next(record.route);
		if (disturbance !== undefined) return disturb(response, disturbance);

		const given = this.givenAnswer(request, asker);
		if (given !== undefined) return send(response, { ...given, headers: { ...JSON_TYPE, ...given.headers } });

		const judged = judge(request, (route, parameters) => {
			const { query, body, path } = request;
			const asked = { url: this.url, path, parameters, query, body: objectOf(body), state: this.state };
			return answerRequest(route, asked, asker);
		});
		if (judged.kind === "answered") {
			send(response, withEntityTag(judged.answer, request));
			if (judged.answer.status === 202 && record.route === REDELIVER) this.startRedelivery(request.path);
			return;
		}
		const what = judged.kind === "not_allowed" ? line : `the mock's own answer to ${line}`;
		this.violations.push(`${what}: ${judged.problems.join("; ")}`);
		const message = `GitHub's description does not allow this: ${judged.problems.join("; ")}`;
		send(response, { status: judged.kind === "not_allowed" ? 422 : 500, headers: JSON_TYPE, body: { message } });
	}

	/** What a test lets GitHub answer to this request; a token is needed as for any other. */
	private givenAnswer({ method, path }: DescribedRequest, asker: Asker): PlainAnswer | undefined {
		if (asker.kind !== "installation") return undefined;
		const [, repository, below = path] = /^\/repos\/([^/]+\/[^/]+)(.*)$/.exec(path) ?? [];
		const named = repository && this.state.repositories.get(repository.toLowerCase());
		const asked = named ? [named] : [...this.state.repositories.values()];
		const line = `${method.toUpperCase()} ${decodeURIComponent(below)}`;
		return asked.map(({ answers }) => answers.get(line)).find((answer) => answer !== undefined);
	}

	private record(line: string, request: DescribedRequest, asker: Asker): RecordedRequest {
		const { body, headers } = request;
		const record = { line, route: routeOf(request.method, request.path), as: asker.kind, body, headers, status: 0 };
		this.requests.push(record);
		return record;
	}

	/** Runs after the answer, as on GitHub. */
	private startRedelivery(path: string): void {
		if (this.webhook === undefined)
			throw new Error("a redelivery was requested, but the mock has no webhook to send it to");
		const sent = redeliver(this.state, path.split("/").at(-2) ?? "", this.webhook);
		this.underWay.add(sent);
		void sent.finally(() => this.underWay.delete(sent));
	}
}

const REDELIVER: MockRoute = "POST /app/hook/deliveries/{delivery_id}/attempts";
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const METHODS = ["get", "post", "patch", "put", "delete"] as const;

async function describe(incoming: IncomingMessage): Promise<DescribedRequest> {
	const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://127.0.0.1");
	const chunks: Buffer[] = [];
	for await (const chunk of incoming) chunks.push(chunk);
	const text = Buffer.concat(chunks).toString();
	const method = METHODS.find((one) => one.toUpperCase() === incoming.method);
	if (method === undefined) throw new Error(`${incoming.method} is not a method of GitHub's API`);
	const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
	return {
		method,
		path: pathname,
		query: searchParams,
		headers: Object.fromEntries(headers),
		body: text === "" ? undefined : JSON.parse(text),
	};
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
	return typeof body === "object" && body !== null ? { ...body } : {};
}

/** https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate */
function withEntityTag(answer: PlainAnswer, request: DescribedRequest): PlainAnswer {
	if (request.method !== "get" || answer.status !== 200) return answer;
	const etag = `W/"${createHash("sha256").update(JSON.stringify(answer.body)).digest("hex")}"`;
	const isSame = request.headers["if-none-match"] === etag;
	return isSame ? { status: 304, headers: { etag } } : { ...answer, headers: { ...answer.headers, etag } };
}

function send(response: ServerResponse, { status, headers, body }: PlainAnswer): void {
	const reset = String(Math.floor(Date.now() / 1000) + 3600);
	const limits = { "x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4999", "x-ratelimit-reset": reset };
	response.writeHead(status, { ...limits, ...headers });
	response.end(body === undefined ? undefined : JSON.stringify(body));
}
