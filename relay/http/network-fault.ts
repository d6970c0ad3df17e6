/** Why a request of Node's `fetch` got no answer. */
interface NetworkFault {
	/** The code that people search for: `ECONNREFUSED`. */
	readonly code: string;
	/** One clause; `HOST` stands for where it was sent. */
	readonly message: string;
}

const AUTHORITY =
	"the certificate of HOST is signed by an authority that is not trusted here (NODE_EXTRA_CA_CERTS, or a kubeconfig's certificate-authority, names a file with it)";

/** By `error.cause.code`: https://nodejs.org/api/errors.html, https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md */
const SAYINGS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "HOST refuses the connection",
	ENOTFOUND: "DNS knows no such host as HOST",
	EAI_AGAIN: "DNS does not answer for HOST",
	ECONNRESET: "HOST cut the connection",
	EPIPE: "HOST cut the connection",
	UND_ERR_SOCKET: "HOST closed the connection before its answer was complete",
	ETIMEDOUT: "HOST does not accept the connection in time",
	UND_ERR_CONNECT_TIMEOUT: "HOST does not accept the connection in time",
	UND_ERR_HEADERS_TIMEOUT: "HOST does not answer in time",
	UND_ERR_BODY_TIMEOUT: "HOST does not finish its answer in time",
	EHOSTUNREACH: "there is no route to HOST",
	ENETUNREACH: "there is no route to HOST",
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
	ERR_INVALID_URL: "HOST is no address",
};

/** The fault of the network, of DNS or of TLS that an error tells of; undefined: it is no such error, but a bug. */
function readNetworkFault(error: unknown): NetworkFault | undefined {
	if (!(error instanceof Error)) return undefined;
	if (error.name === "TimeoutError" || error.name === "AbortError") {
		return { code: "timeout", message: "HOST does not answer in time" };
	}
	const { cause } = error;
	if (!(error instanceof TypeError) || !(cause instanceof Error)) return undefined;
	const code = "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
	const known = SAYINGS[code];
	if (known !== undefined) return { code, message: known };
	if (/^(?:ERR_SSL|ERR_TLS|CERT_|EPROTO)/.test(code)) return { code, message: "TLS with HOST failed" };
	if (cause.name === "HTTPParserError") return { code, message: "what answers at HOST does not speak HTTP" };
	// fetch's own rules: a port that browsers block, a scheme that it does not know.
	if (code === "Error") return { code: cause.message.slice(0, 100), message: "fetch does not ask HOST" };
	return { code, message: "the connection to HOST failed" };
}

/**
 * `HOST refuses the connection (ECONNREFUSED)`: one clause for people that names the host and never its credentials, path
 * or query. Without a URL the host is what the error itself says. Undefined for an error that no network made.
 */
export function explainNetworkError(error: unknown, url?: string | URL): string | undefined {
	const fault = readNetworkFault(error);
	if (fault === undefined) return undefined;
	const host = (url !== undefined && URL.parse(url)?.host) || hostIn(error) || "the server";
	const message = fault.message.replaceAll("HOST", host);
	return fault.code === "timeout" ? message : `${message} (${fault.code})`;
}

/** Node's errors of a connection and of DNS name where it went. */
function hostIn(error: unknown): string | undefined {
	const { hostname, host, address, port }: Readonly<Record<string, unknown>> = Object((error as Error).cause);
	const name = [hostname, host, address].find((given) => typeof given === "string");
	return name === undefined || typeof port !== "number" ? name : `${name}:${port}`;
}
