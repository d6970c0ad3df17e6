import { accessSync, constants } from "node:fs";
import { areAllAskedFor, isAskedFor } from "../cluster/support/shall-test-cluster.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that the page is tested in: HEALER_CHROMIUM, else one that is installed; undefined without any. */
export function findChromium(): string | undefined {
	const places = process.env.HEALER_CHROMIUM ? [process.env.HEALER_CHROMIUM] : PLACES;
	return places.find(isProgram);
}

/**
 * Whether the page's tests run: in CI and when they are asked for by name always, and fail there without a browser; else
 * where there is one. It is said loudly when they do not.
 */
export function shallTestPage(): boolean {
	if (isAskedFor("page") || process.env.CI === "true" || findChromium() !== undefined) return true;
	// The configuration is read more than once; it is said once.
	if (areAllAskedFor() && process.env.HEALER_TOLD_OF_PAGE === undefined) {
		process.env.HEALER_TOLD_OF_PAGE = "yes";
		process.stderr.write(
			"\n!!! THE PAGE'S TESTS DO NOT RUN: there is no Chromium. `apt-get install chromium`, or name one in HEALER_CHROMIUM.\n\n",
		);
	}
	return false;
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
