import { expect, it } from "vitest";
import { startUnderTraffic } from "../hub/start-under-traffic.ts";

it("a hub starts under traffic twenty times in a row, killed with -9 between, and stops on SIGTERM", async () => {
	const { stopMs } = await startUnderTraffic(20);
	expect(stopMs).toBeLessThan(10_000);
	// Twenty-three starts, each of which builds the policy with its packs, beside 24 clients on two cores.
}, 600_000);
