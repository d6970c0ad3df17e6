import { execFileSync } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { explainNetworkError } from "../../relay/http/network-fault.ts";
import { closedPort } from "./context/odd-server.ts";

async function portOf(server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => void server.close());
	return (server.address() as AddressInfo).port;
}

/** The explanation of what `fetch` throws there. */
async function explained(url: string): Promise<string | undefined> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.text();
	} catch (error) {
		return explainNetworkError(error, url);
	}
	throw new Error("it answered");
}

describe("explainNetworkError", () => {
	it("explains a refused connection, and shows neither path nor query", async () => {
		const port = await closedPort();
		expect(await explained(`http://127.0.0.1:${port}/path?token=secret`)).toBe(
			`127.0.0.1:${port} refused the connection (ECONNREFUSED)`,
		);
	});

	it("explains an unknown host", async () => {
		// An unreachable resolver causes EAI_AGAIN.
		expect(await explained("http://loki.invalid:3100/")).toMatch(
			/^DNS (has no host|did not answer for) loki\.invalid:3100 \((ENOTFOUND|EAI_AGAIN)\)$/,
		);
	});

	it("explains a reset connection, at once or during the answer", async () => {
		const cutting = await portOf(createServer((socket) => void socket.on("error", () => {}).resetAndDestroy()));
		expect(await explained(`http://127.0.0.1:${cutting}`)).toBe(
			`127.0.0.1:${cutting} reset the connection (ECONNRESET)`,
		);
		const half = await portOf(
			createHttp((_, response) => {
				response.writeHead(200, { "content-length": "100" }).write("x");
				response.destroy();
			}),
		);
		expect(await explained(`http://127.0.0.1:${half}`)).toBe(
			`127.0.0.1:${half} closed the connection before its answer was complete (UND_ERR_SOCKET)`,
		);
	});

	it("explains a timeout", async () => {
		const silent = await portOf(createServer((socket) => void socket.on("error", () => {})));
		expect(await explained(`http://127.0.0.1:${silent}`)).toBe(`127.0.0.1:${silent} did not answer in time`);
	});

	it("explains TLS errors", async () => {
		const folder = await mkdtemp(join(tmpdir(), "healer-tls-"));
		const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
		const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
		const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2"];
		execFileSync("openssl", [...request, ...name], { stdio: "ignore" });
		const own = await portOf(createHttps({ key: await readFile(key), cert: await readFile(cert) }));
		expect(await explained(`https://localhost:${own}`)).toBe(
			`the certificate of localhost:${own} is signed by an untrusted authority (add it by NODE_EXTRA_CA_CERTS, or a kubeconfig's certificate-authority) (DEPTH_ZERO_SELF_SIGNED_CERT)`,
		);
		const plain = await portOf(createHttp((_, response) => void response.end("hello")));
		expect(await explained(`https://127.0.0.1:${plain}`)).toBe(
			`127.0.0.1:${plain} does not speak TLS: is it http instead of https? (ERR_SSL_WRONG_VERSION_NUMBER)`,
		);
	});

	it("explains a server that does not speak HTTP", async () => {
		const ssh = await portOf(
			createServer((socket) => void socket.on("error", () => {}).end("SSH-2.0-OpenSSH_9.6\r\n")),
		);
		expect(await explained(`http://127.0.0.1:${ssh}`)).toMatch(
			new RegExp(`^what answers at 127\\.0\\.0\\.1:${ssh} does not speak HTTP \\(`),
		);
	});

	it("finds the host in the error where it is not given", async () => {
		const port = await closedPort();
		const error = await fetch(`http://127.0.0.1:${port}`).catch((cause: unknown) => cause);
		expect(explainNetworkError(error)).toBe(`127.0.0.1:${port} refused the connection (ECONNREFUSED)`);
	});

	it("never shows credentials, and does not explain a bug", () => {
		const refused = new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) });
		expect(explainNetworkError(refused, "https://me:secret@loki.example/x")).toBe(
			"loki.example refused the connection (ECONNREFUSED)",
		);
		expect(explainNetworkError(new TypeError("x is not a function"), "https://loki.example")).toBeUndefined();
	});
});
