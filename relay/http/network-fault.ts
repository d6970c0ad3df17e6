/** Why Node's `fetch` got no answer. */
interface NetworkFault {
	/** The code that people search for: `ECONNREFUSED`. */
	readonly code: string;
	/** One clause; `HOST` stands for the target host. */
	readonly message: string;
}

const AUTHORITY =
	"the certificate of HOST is signed by an untrusted authority (add it by NODE_EXTRA_CA_CERTS, or a kubeconfig's certificate-authority)";

/** By `error.cause.code`: https://nodejs.org/api/errors.html, https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md */
const MESSAGES: Readonly<Record<string, string>> = {
	ECONNREFUSED: "HOST refused the connection",
	ENOTFOUND: "DNS has no host HOST",
	EAI_AGAIN: "DNS did not answer for HOST",
	ECONNRESET: "HOST reset the connection",
	EPIPE: "HOST reset the connection",
	UND_ERR_SOCKET: "HOST closed the connection before its answer was complete",
	ETIMEDOUT: "connecting to HOST timed out",
	UND_ERR_CONNECT_TIMEOUT: "connecting to HOST timed out",
	UND_ERR_HEADERS_TIMEOUT: "HOST did not answer in time",
	UND_ERR_BODY_TIMEOUT: "HOST did not finish its answer in time",
	EHOSTUNREACH: "no route to HOST",
	ENETUNREACH: "no route to HOST",
	CERT_HAS_EXPIRED: "the certificate of HOST has expired",
	CERT_NOT_YET_VALID: "the certificate of HOST is not valid yet: compare the clocks",
	ERR_TLS_CERT_ALTNAME_INVALID: "the certificate of HOST is for another name",
	DEPTH_ZERO_SELF_SIGNED_CERT: AUTHORITY,
	SELF_SIGNED_CERT_IN_CHAIN: AUTHORITY,
	UNABLE_TO_GET_ISSUER_CERT: AUTHORITY,
	UNABLE_TO_GET_ISSUER_CERT_LOCALLY: AUTHORITY,
	UNABLE_TO_VERIFY_LEAF_SIGNATURE: AUTHORITY,
	ERR_SSL_WRONG_VERSION_NUMBER: "HOST does not speak TLS: is it http instead of https?",
	ERR_SSL_PACKET_LENGTH_TOO_LONG: "HOST does not speak TLS: is it http instead of https?",
	ERR_INVALID_URL: "HOST is not a valid address",
};

/** The network, DNS or TLS fault behind an error; undefined when the error is a bug. */
function readNetworkFault(error: unknown): NetworkFault | undefined {
	if (!(error instanceof Error)) return undefined;
	if (error.name === "TimeoutError" || error.name === "AbortError") {
		return { code: "timeout", message: "HOST did not answer in time" };
	}
	const { cause } = error;
	if (!(error instanceof TypeError) || !(cause instanceof Error)) return undefined;
	const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
	const known = MESSAGES[code];
	if (known !== undefined) return { code, message: known };
	if (/^(?:ERR_SSL|ERR_TLS|CERT_|EPROTO)/.test(code)) return { code, message: "TLS with HOST failed" };
	if (cause.name === "HTTPParserError") return { code, message: "what answers at HOST does not speak HTTP" };
	// fetch's own rules: a port that browsers block, an unknown scheme.
	if (code === "Error") return { code: cause.message.slice(0, 100), message: "fetch refuses to contact HOST" };
	return { code, message: "the connection to HOST failed" };
}

/**
 * `HOST refused the connection (ECONNREFUSED)`: one clause that names the host but never its credentials, path or
 * query. Without a URL, the host comes from the error itself. Undefined when the error is not from the network.
 */
export function explainNetworkError(error: unknown, url?: string | URL): string | undefined {
	const fault = readNetworkFault(error);
	if (fault === undefined) return undefined;
	const host = (url !== undefined && URL.parse(url)?.host) || hostIn(error) || "the server";
	const message = fault.message.replaceAll("HOST", host);
	return fault.code === "timeout" ? message : `${message} (${fault.code})`;
}

/** Node's connection and DNS errors name their target. */
function hostIn(error: unknown): string | undefined {
	const { hostname, host, address, port }: Readonly<Record<string, unknown>> = Object((error as Error).cause);
	const name = [hostname, host, address].find((given) => typeof given === "string");
	return name === undefined || typeof port !== "number" ? name : `${name}:${port}`;
}
