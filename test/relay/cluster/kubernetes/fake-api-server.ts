import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { onTestFinished } from "vitest";
import { type ApiClients, apiClients } from "../../../../relay/cluster/kubernetes/api-clients.ts";

/** The fields of a Kubernetes object that an API server itself uses. */
export interface StoredObject {
	readonly metadata: {
		readonly name: string;
		readonly namespace: string;
		readonly uid: string;
		readonly resourceVersion: string;
		readonly creationTimestamp: string;
		readonly labels?: Readonly<Record<string, string>>;
		readonly annotations?: Readonly<Record<string, string>>;
	};
	readonly [field: string]: unknown;
}

export interface Asked {
	readonly method: string;
	/** Without the query. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly contentType: string | undefined;
	readonly body: unknown;
}

/** What one request gets instead of its answer: an error, a proxy's page, or a cut connection. */
export type Fault =
	| {
			readonly status: number;
			readonly reason?: string;
			readonly message?: string;
			readonly causes?: readonly object[];
	  }
	| { readonly page: string; readonly status: number }
	/** Before processing the request, or after processing but before answering it. */
	| { readonly cut: "request" | "answer" };

export interface FakeApiServer {
	readonly kubeConfig: KubeConfig;
	readonly clients: ApiClients;
	/** All requests so far, in order. */
	readonly asked: Asked[];
	/** Decides what happens to each request; undefined lets it through. */
	fault: (asked: Asked) => Fault | undefined;
	/** Maximum number of objects per page of a list, whatever the client asks for. */
	pageSize: number;
	objects(plural: "leases" | "coderuns"): StoredObject[];
	/** Changes an object as its controller would, without the client. */
	change(plural: "leases" | "coderuns", name: string, changes: object): void;
	remove(plural: "leases" | "coderuns", name: string): void;
	/** Sends every open watch an event. */
	send(event: object): void;
	/** Ends every open watch. */
	endWatches(): void;
	/** Number of open watches. */
	watches(): number;
	/** From now on, lists and watches from an older version than the current one are answered with 410. */
	pruneVersions(): void;
}

interface Watcher {
	readonly response: ServerResponse;
	readonly plural: string;
	readonly selector: string | null;
}

const NAMESPACE = "cto";
const PATH =
	/^\/apis\/(?:coordination\.k8s\.io|agents\.platform)\/v1\/namespaces\/([^/]+)\/(leases|coderuns)(?:\/([^/]+))?$/;

/**
 * An API server that keeps Leases and CodeRuns of the namespace `cto` in memory and supports what the relay uses: name
 * conflicts, versions, preconditions, paged lists, watches. It validates nothing; the cluster tier tests against a real
 * one.
 */
export async function fakeApiServer(): Promise<FakeApiServer> {
	const stored = new Map<string, StoredObject>();
	const watchers = new Set<Watcher>();
	const asked: Asked[] = [];
	let version = 1;
	let oldest = 0;

	const api: FakeApiServer = {
		kubeConfig: new KubeConfig(),
		get clients() {
			return apiClients(api.kubeConfig);
		},
		asked,
		fault: () => undefined,
		pageSize: Number.POSITIVE_INFINITY,
		objects: (plural) => [...stored].filter(([key]) => key.startsWith(`${plural}/`)).map(([, object]) => object),
		change(plural, name, changes) {
			write("MODIFIED", plural, merged(mustGet(plural, name), changes) as StoredObject);
		},
		remove(plural, name) {
			write("DELETED", plural, mustGet(plural, name));
		},
		send(event) {
			for (const { response } of watchers) response.write(`${JSON.stringify(event)}\n`);
		},
		endWatches() {
			for (const { response } of watchers) response.end();
		},
		watches: () => watchers.size,
		pruneVersions() {
			oldest = version;
		},
	};

	function mustGet(plural: string, name: string): StoredObject {
		const object = stored.get(`${plural}/${name}`);
		if (object === undefined) throw new Error(`there is no ${name} among the ${plural}`);
		return object;
	}

	function write(type: "ADDED" | "MODIFIED" | "DELETED", plural: string, object: StoredObject): StoredObject {
		const before = stored.get(`${plural}/${object.metadata.name}`);
		const written = { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } };
		if (type === "DELETED") stored.delete(`${plural}/${object.metadata.name}`);
		else stored.set(`${plural}/${object.metadata.name}`, written);
		for (const { response, plural: watched, selector } of watchers) {
			if (watched !== plural) continue;
			const was = before !== undefined && matches(before, selector);
			const is = type !== "DELETED" && matches(written, selector);
			// An object that no longer matches has left the watch, as on the real server.
			const seen = is ? (was ? "MODIFIED" : "ADDED") : was ? "DELETED" : undefined;
			if (seen !== undefined) response.write(`${JSON.stringify({ type: seen, object: written })}\n`);
		}
		return written;
	}

	function list(plural: string, query: URLSearchParams): [number, object] {
		const [at, from = 0] = (query.get("continue") ?? "").split("/").map(Number);
		if (query.has("continue") && Number(at) < oldest)
			return status(410, "Expired", "The provided continue parameter is too old");
		const all = api.objects(plural as "leases").filter((object) => matches(object, query.get("labelSelector")));
		const end = from + Math.min(Number(query.get("limit") ?? Number.POSITIVE_INFINITY), api.pageSize);
		const more = end < all.length ? { continue: `${version}/${end}` } : {};
		return [200, { metadata: { resourceVersion: String(version), ...more }, items: all.slice(from, end) }];
	}

	function answer({ method, query, contentType, body }: Asked, plural: string, name?: string): [number, object] {
		if (name === undefined) return method === "GET" ? list(plural, query) : create(plural, body as StoredObject, query);
		const object = stored.get(`${plural}/${name}`);
		if (object === undefined) return status(404, "NotFound", `${plural} "${name}" not found`);
		if (method === "GET") return [200, object];
		const wanted =
			(method === "DELETE" ? (body as Preconditions).preconditions : (body as StoredObject).metadata) ?? {};
		for (const field of ["uid", "resourceVersion"] as const) {
			if (wanted[field] !== undefined && wanted[field] !== object.metadata[field])
				return status(409, "Conflict", `the ${field} is another`);
		}
		if (method === "DELETE") {
			write("DELETED", plural, object);
			return [200, { kind: "Status", status: "Success" }];
		}
		if (method === "PATCH" && contentType === "application/json-patch+json") {
			const patched = jsonPatched(object, body as readonly Operation[]);
			if (patched === undefined) return status(422, "Invalid", "the server rejected our request: testing value failed");
			return [200, write("MODIFIED", plural, patched as StoredObject)];
		}
		const changed = merged(method === "PATCH" ? object : {}, body as object) as StoredObject;
		return [200, write("MODIFIED", plural, { ...changed, metadata: { ...object.metadata, ...changed.metadata } })];
	}

	function create(plural: string, body: StoredObject, query: URLSearchParams): [number, object] {
		const { name } = body.metadata;
		if (stored.has(`${plural}/${name}`)) return status(409, "AlreadyExists", `${plural} "${name}" already exists`);
		const own = { uid: `uid-${version + 1}`, creationTimestamp: "2026-11-22T12:00:00Z" };
		const object = { ...body, metadata: { ...body.metadata, ...own } };
		if (query.get("dryRun") === "All")
			return [201, { ...object, metadata: { ...object.metadata, resourceVersion: "0" } }];
		return [201, write("ADDED", plural, object)];
	}

	function watch(plural: string, query: URLSearchParams, response: ServerResponse): void {
		response.writeHead(200, { "content-type": "application/json" });
		if (Number(query.get("resourceVersion")) < oldest) {
			const [, object] = status(410, "Expired", "too old resource version");
			response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
			return;
		}
		response.flushHeaders();
		const watcher = { response, plural, selector: query.get("labelSelector") };
		watchers.add(watcher);
		response.on("close", () => watchers.delete(watcher));
	}

	const server = createServer(async (request, response) => {
		const url = new URL(request.url ?? "/", "http://api.test");
		const text = await bodyOf(request);
		const one: Asked = {
			method: request.method ?? "",
			path: url.pathname,
			query: url.searchParams,
			contentType: request.headers["content-type"],
			body: text === "" ? undefined : JSON.parse(text),
		};
		asked.push(one);
		const fault = api.fault(one);
		if (fault !== undefined && "cut" in fault && fault.cut === "request") return void request.socket.destroy();
		if (fault !== undefined && "page" in fault) {
			response.writeHead(fault.status, { "content-type": "text/html" }).end(fault.page);
			return;
		}
		if (fault !== undefined && "status" in fault)
			return send(response, status(fault.status, fault.reason ?? "", fault.message ?? "", fault.causes));
		const [, namespace, plural = "", name] = PATH.exec(url.pathname) ?? [];
		if (namespace === undefined) return send(response, status(404, "NotFound", "404 page not found"));
		if (namespace !== NAMESPACE && one.method === "POST")
			return send(response, status(404, "NotFound", `namespaces "${namespace}" not found`));
		if (url.searchParams.get("watch") === "true") return watch(plural, url.searchParams, response);
		const answered = answer(one, plural, name);
		if (fault !== undefined) return void request.socket.destroy();
		send(response, answered);
	});
	await listen(server);
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	const { port } = server.address() as AddressInfo;
	api.kubeConfig.loadFromClusterAndUser(
		{ name: "fake", server: `http://127.0.0.1:${port}`, skipTLSVerify: true },
		{ name: "relay", token: "token-of-the-relay" },
	);
	return api;
}

interface Preconditions {
	readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

function status(code: number, reason: string, message: string, causes?: readonly object[]): [number, object] {
	return [code, { kind: "Status", status: "Failure", code, reason, message, details: { causes } }];
}

function send(response: ServerResponse, [code, body]: [number, object]): void {
	response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Equality, absence and inequality of labels, the only selectors that the relay uses. */
function matches({ metadata: { labels = {} } }: StoredObject, selector: string | null): boolean {
	return (selector ?? "").split(",").every((term) => {
		if (term === "") return true;
		if (term.startsWith("!")) return labels[term.slice(1)] === undefined;
		const [, name = "", not, value] = /^([^!=]+)(!?)=(.*)$/.exec(term) ?? [];
		return (labels[name] === value) !== (not === "!");
	});
}

/** JSON merge patch (RFC 7396). */
function merged(before: unknown, patch: object): object {
	const result: Record<string, unknown> = { ...(before as object) };
	for (const [name, value] of Object.entries(patch)) {
		if (value === null) delete result[name];
		else result[name] = isObject(value) ? merged(isObject(result[name]) ? result[name] : {}, value) : value;
	}
	return result;
}

interface Operation {
	readonly op: string;
	readonly path: string;
	readonly value: unknown;
}

/** JSON patch (RFC 6902) with the operations `test` and `add`, on members of objects; undefined when a test fails. */
function jsonPatched(before: object, operations: readonly Operation[]): object | undefined {
	const result = structuredClone(before);
	for (const { op, path, value } of operations) {
		const names = path
			.split("/")
			.slice(1)
			.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
		const last = String(names.pop());
		let at = result as Record<string, unknown>;
		for (const name of names) at = at[name] as Record<string, unknown>;
		if (op === "add") at[last] = value;
		else if (op !== "test") throw new Error(`the fake API server knows no operation ${op}`);
		else if (at[last] !== value) return undefined;
	}
	return result;
}

function isObject(value: unknown): value is object {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk);
	return Buffer.concat(chunks).toString();
}

function listen(server: Server): Promise<void> {
	return new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
}
