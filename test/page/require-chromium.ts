import { findChromium } from "./find-chromium.ts";

/** Fails before the first test where there is no browser: tests that cannot run must not count as passed. */
export default function requireChromium(): void {
	if (findChromium() !== undefined) return;
	throw new Error(
		"the page's tests need Chromium, and there is none: `apt-get install chromium`, or set HEALER_CHROMIUM to its path",
	);
}
