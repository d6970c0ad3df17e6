/**
 * The version of the messages between worker and relay. It grows by one when a side begins to send what the other side
 * of the version before refuses: requests are read strictly, so every new field of a request is such a change. A new
 * field of an answer is none, answers are read loosely.
 */
const PROTOCOL = 1;

/** Which Healer one side is. */
export interface PeerVersion {
	readonly version: string;
	readonly protocol: number;
}

/** The same version as in package.json; a test compares them. */
export const OWN_VERSION: PeerVersion = { version: "0.1.0", protocol: PROTOCOL };

/** Both sides send these with each message and each answer. They are for people: nothing is decided by them. */
export const VERSION_HEADERS: Readonly<Record<string, string>> = {
	"healer-version": OWN_VERSION.version,
	"healer-protocol": String(OWN_VERSION.protocol),
};

/** What the other side says of itself; undefined when it says nothing, as an older Healer or a proxy does. */
export function readVersion(headers: { get(name: string): string | null }): PeerVersion | undefined {
	const version = headers.get("healer-version");
	const protocol = headers.get("healer-protocol");
	if (version === null || !/^[\w.+-]{1,40}$/.test(version)) return undefined;
	return protocol !== null && /^\d{1,6}$/.test(protocol) ? { version, protocol: Number(protocol) } : undefined;
}

/** How two sides go together; `older` is the one to upgrade. */
export type Pairing = { readonly good: true } | { readonly good: false; readonly older: "worker" | "relay" };

export function pairOf(worker: PeerVersion, relay: PeerVersion): Pairing {
	if (worker.protocol === relay.protocol) return { good: true };
	return { good: false, older: worker.protocol < relay.protocol ? "worker" : "relay" };
}
