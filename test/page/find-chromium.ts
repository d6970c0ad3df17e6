import { accessSync, constants } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that the page is tested in: HEALER_CHROMIUM, else one that is installed; undefined without any. */
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
