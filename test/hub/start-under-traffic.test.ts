import { expect, it } from "vitest";
import { startUnderTraffic } from "./start-under-traffic.ts";

it("a hub starts under traffic three times in a row, killed with -9 between, and stops on SIGTERM", async () => {
	const { stopMs } = await startUnderTraffic(3);
	expect(stopMs).toBeLessThan(10_000);
});
