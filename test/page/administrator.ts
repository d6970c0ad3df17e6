import { readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type { BrowserContext, Page } from "playwright-core";

/** The page holds the administrator's token of the hub in this folder from its start. */
export async function beAdministrator(place: BrowserContext | Page, stateDir: string): Promise<void> {
	const { HEALER_API_TOKEN } = parseEnv(readFileSync(path.join(stateDir, "secrets.env"), "utf8"));
	await place.addInitScript(`sessionStorage.setItem("healer-token", ${JSON.stringify(HEALER_API_TOKEN)})`);
}
