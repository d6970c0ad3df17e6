/** A log that begins to come; else why it does not, and whether asking for its address anew may help. */
export type OpenedLog =
	| { readonly ok: true; readonly body: ReadableStream<Uint8Array> }
	| { readonly ok: false; readonly why: string; readonly may_come: boolean };

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
// A log is stored some moments after its job ended; storage that is busy is so for moments, too.
const MAY_COME: ReadonlySet<number> = new Set([404, 408, 425, 429]);

/**
 * Fetches a log from the storage that GitHub's redirect leads to, followed by hand: nothing of ours goes there but the
 * address, which is signed for a minute and so is not to be logged.
 */
export async function openLog(address: string, fetcher: typeof fetch, signal: AbortSignal): Promise<OpenedLog> {
	let url = address;
	for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
		if (!isAllowed(url)) return { ok: false, why: "its address is not https", may_come: false };
		const response = await fetcher(url, { redirect: "manual", signal, headers: { "user-agent": "healer" } });
		const { status, body } = response;
		if (status === 200 && body !== null) return { ok: true, body };
		await body?.cancel();
		if (status === 200 || status === 204) return { ok: false, why: "it is empty", may_come: true };
		const location = response.headers.get("location");
		if (!REDIRECTS.has(status) || location === null || !URL.canParse(location, url)) {
			return { ok: false, why: `its storage answered ${status}`, may_come: status >= 500 || MAY_COME.has(status) };
		}
		url = new URL(location, url).href;
	}
	return { ok: false, why: `more than ${MOST_REDIRECTS} redirects`, may_come: false };
}

/** Plain http is for a server on this machine alone. */
function isAllowed(url: string): boolean {
	const { protocol, hostname } = new URL(url);
	return protocol === "https:" || (protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost"));
}
