import { accessSync, constants } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of the browser for the page's tests: HEALER_CHROMIUM, else an installed one; undefined when there is none. */
export function findChromium(): string | undefined {
	const places = process.env.HEALER_CHROMIUM ? [process.env.HEALER_CHROMIUM] : PLACES;
	return places.find(isProgram);
}

function isProgram(file: string): boolean {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
