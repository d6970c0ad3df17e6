import { expect, it } from "vitest";
import { relayParts } from "../../cli/doctor/checks/relay.ts";
import { workerParts } from "../../cli/doctor/checks/worker.ts";
import { runParts } from "../../cli/doctor/part.ts";
import { findPlaces } from "../../cli/places.ts";
import { stubWorker } from "./stub-worker.ts";

const PLAIN = "correct-horse-battery-staple-and-more";
const SAYS =
	'HEALER_WIRE_SECRETS: the secret is not whsec_ and 24 to 64 bytes in base64; make one with: echo "whsec_$(openssl rand -base64 32)".';

it.each([
	["worker", workerParts],
	["relay", relayParts],
] as const)(
	"doctor names a plain-text wire secret that would be tried at the %s, and asks nobody with it",
	async (at, partsOf) => {
		const server = await stubWorker(() => ({ body: { status: "ok", pipeline: "0".repeat(64) } }));
		const places = await findPlaces({ HEALER_URL: server.url, RELAY_URL: server.url, HEALER_WIRE_SECRETS: PLAIN });
		const checks = await runParts(partsOf(places));
		expect(checks.find(({ name }) => name === `wire, at the ${at}`)).toMatchObject({ summary: SAYS });
		expect(JSON.stringify(checks)).not.toContain(PLAIN);
		expect(server.asked).not.toContain(at === "worker" ? "/api/outcomes" : "/v1/context");
	},
);
