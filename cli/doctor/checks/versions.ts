import { signMessage } from "../../../wire/signature.ts";
import { type PeerVersion, pairOf } from "../../../wire/version.ts";
import type { Places } from "../../places.ts";
import { type Answer, ask } from "../ask.ts";
import { type Check, failed, passed, unknown } from "../check-result.ts";

const NAME = "versions";
const UPGRADE = "Upgrade the relay first, then the worker: docs/deploy.md, Upgrade.";

/**
 * Checks whether the running worker and relay are compatible. Each reports its version on the routes that receive
 * messages.
 */
export async function checkVersions({ worker, relay, wireSecrets }: Places): Promise<Check> {
	if (worker === undefined || relay === undefined) {
		return unknown(NAME, "not compared.", "Set HEALER_URL and RELAY_URL.");
	}
	const headers = signMessage(wireSecrets.length === 0 ? ["none"] : wireSecrets, {
		...{ id: "doctor", at: Date.now() / 1000, body: "{}" },
	});
	const [ofWorker, ofRelay] = await Promise.all([
		ask(worker, "/api/outcomes", { method: "POST", headers, body: "{}" }),
		ask(relay, "/livez"),
	]);
	if (ofWorker.kind !== "answered" || ofRelay.kind !== "answered") {
		return unknown(NAME, "not compared: one of them does not answer.", "Fix that first.");
	}
	return compare(ofWorker, ofRelay);
}

type Answered = Extract<Answer, { kind: "answered" }>;

function compare({ version: worker }: Answered, { version: relay }: Answered): Check {
	const summary = `worker ${shown(worker)}, relay ${shown(relay)}`;
	if (worker === undefined && relay === undefined) return unknown(NAME, `${summary}.`, UPGRADE);
	// A side that does not report its version is older than one that does.
	const older = worker === undefined ? "worker" : relay === undefined ? "relay" : undefined;
	if (worker === undefined || relay === undefined) return failed(NAME, `${summary}: the ${older} is older.`, UPGRADE);
	const pair = pairOf(worker, relay);
	if (pair.good) return passed(NAME, `${summary}: compatible.`);
	const refused = pair.older === "relay" ? "it may refuse what the worker sends" : "it may refuse the relay's outcomes";
	return failed(NAME, `${summary}: upgrade the ${pair.older}, ${refused}.`, UPGRADE);
}

function shown(version: PeerVersion | undefined): string {
	return version === undefined ? "of an unknown version" : `${version.version} (protocol ${version.protocol})`;
}
