import { describe, expect, it } from "vitest";
import { checkVersions } from "../../cli/doctor/checks/versions.ts";
import { findPlaces } from "../../cli/places.ts";
import { oddServer } from "../relay/context/odd-server.ts";

/** A side that reports this version with each answer. */
async function side(headers: Record<string, string>): Promise<string> {
	return (await oddServer((_, response) => void response.writeHead(200, headers).end())).url;
}
const version = (name: string, protocol: number) => ({ "healer-version": name, "healer-protocol": String(protocol) });

async function compared(worker: Record<string, string>, relay: Record<string, string>) {
	const places = { ...(await findPlaces({})), wireSecrets: [] };
	return await checkVersions({ ...places, worker: await side(worker), relay: await side(relay) });
}

describe("checkVersions", () => {
	it("accepts a pair with one protocol", async () => {
		expect(await compared(version("0.1.0", 1), version("0.1.3", 1))).toEqual({
			name: "versions",
			status: "ok",
			summary: "worker 0.1.0 (protocol 1), relay 0.1.3 (protocol 1): compatible.",
		});
	});

	it("names the side to upgrade", async () => {
		const cure = "Upgrade the relay first, then the worker: docs/deploy.md, Upgrade.";
		expect(await compared(version("0.3.0", 2), version("0.1.0", 1))).toEqual({
			...{ name: "versions", status: "failed", cure },
			summary:
				"worker 0.3.0 (protocol 2), relay 0.1.0 (protocol 1): upgrade the relay, it may refuse what the worker sends.",
		});
		expect(await compared(version("0.1.0", 1), version("0.3.0", 2))).toMatchObject({
			summary:
				"worker 0.1.0 (protocol 1), relay 0.3.0 (protocol 2): upgrade the worker, it may refuse the relay's outcomes.",
		});
		expect(await compared(version("0.1.0", 1), {})).toMatchObject({
			status: "failed",
			summary: "worker 0.1.0 (protocol 1), relay of an unknown version: the relay is older.",
		});
	});
});
