import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { COMPATIBILITY_DATE } from "../../../cli/hub/edge-runtime.ts";

it("the hub runs the worker under the compatibility date that is deployed", () => {
	const wrangler = readFileSync(path.join(import.meta.dirname, "../../../wrangler.toml"), "utf8");
	expect(/^compatibility_date = "(.*)"$/m.exec(wrangler)?.[1]).toBe(COMPATIBILITY_DATE);
});
