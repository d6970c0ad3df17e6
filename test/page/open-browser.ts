import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./find-chromium.ts";

/** A headless browser that asks nobody but the page's own worker. */
export async function openBrowser(): Promise<Browser> {
	const executablePath = findChromium();
	if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium, or set HEALER_CHROMIUM");
	return await chromium.launch({
		executablePath,
		args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}
