import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";

/** Error answers of an API server: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface Refusal {
	readonly code: number;
	readonly reason?: string;
	readonly message?: string;
	readonly causes?: readonly { readonly field: string; readonly message: string }[];
}

export interface RefusingApiServer {
	readonly server: string;
	/** Its certificate, which is its own authority. */
	readonly caFile: string;
	/** The Authorization headers of the requests, in order. */
	readonly authorizations: (string | undefined)[];
	/** TLS connections that were opened so far. */
	connections(): number;
}

/** An API server on loopback, over TLS, that answers a create with the sent object, or as `refuse` says. */
export async function refusingApiServer(
	folder: string,
	refuse: (request: IncomingMessage) => Refusal | undefined = () => undefined,
): Promise<RefusingApiServer> {
	const [key, cert] = [join(folder, "api.key"), join(folder, "ca.crt")];
	const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
	const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"];
	execFileSync("openssl", [...request, ...name], { stdio: "ignore" });
	const authorizations: (string | undefined)[] = [];
	const server = createServer({ key: await readFile(key), cert: await readFile(cert) }, async (asked, response) => {
		authorizations.push(asked.headers.authorization);
		let body = "";
		for await (const chunk of asked) body += chunk;
		const refusal = refuse(asked);
		response.writeHead(refusal?.code ?? 201, { "content-type": "application/json" });
		if (refusal === undefined) return void response.end(body);
		const { causes, ...status } = refusal;
		response.end(
			JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", ...status, details: { causes } }),
		);
	});
	let opened = 0;
	server.on("secureConnection", () => opened++);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	const { port } = server.address() as AddressInfo;
	return { server: `https://127.0.0.1:${port}`, caFile: cert, authorizations, connections: () => opened };
}

/** Writes a kubeconfig of one cluster and one user, and returns its path. */
export async function writeKubeConfig(
	folder: string,
	cluster: Readonly<Record<string, unknown>>,
	user: Readonly<Record<string, unknown>>,
	changes: Readonly<Record<string, unknown>> = {},
): Promise<string> {
	const file = join(folder, "kubeconfig.yaml");
	const config = {
		...{ apiVersion: "v1", kind: "Config", "current-context": "t" },
		clusters: [{ name: "t", cluster }],
		users: [{ name: "relay", user }],
		contexts: [{ name: "t", context: { cluster: "t", user: "relay" } }],
		...changes,
	};
	await writeFile(file, stringify(config));
	return file;
}
