/**
 * The version of the messages between worker and relay. Increment it when one side begins to send what the previous
 * version of the other side rejects. Requests are parsed strictly, so every new field of a request is such a change.
 * Answers are parsed loosely, so a new field of an answer is not.
 */
const PROTOCOL = 3;

/** The Healer version of one side. */
export interface PeerVersion {
	readonly version: string;
	readonly protocol: number;
}

/** The version in package.json; a test compares them. */
export const OWN_VERSION: PeerVersion = { version: "0.1.0", protocol: PROTOCOL };

/** Both sides send these with each message and each answer. They are for people; no decision depends on them. */
export const VERSION_HEADERS: Readonly<Record<string, string>> = {
	"healer-version": OWN_VERSION.version,
	"healer-protocol": String(OWN_VERSION.protocol),
};

/** The other side's version; undefined when it sends none, like an older Healer or a proxy. */
export function readVersion(headers: { get(name: string): string | null }): PeerVersion | undefined {
	const version = headers.get("healer-version");
	const protocol = headers.get("healer-protocol");
	if (version === null || !/^[\w.+-]{1,40}$/.test(version)) return undefined;
	return protocol !== null && /^\d{1,6}$/.test(protocol) ? { version, protocol: Number(protocol) } : undefined;
}

/** Whether two sides are compatible; `older` is the one to upgrade. */
export type Pairing = { readonly good: true } | { readonly good: false; readonly older: "worker" | "relay" };

export function pairOf(worker: PeerVersion, relay: PeerVersion): Pairing {
	if (worker.protocol === relay.protocol) return { good: true };
	return { good: false, older: worker.protocol < relay.protocol ? "worker" : "relay" };
}
