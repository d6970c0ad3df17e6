import { appendFileSync, renameSync, statSync } from "node:fs";

/** The hub's log file: the worker's JSON lines and what the relay and the hub say. */
export interface HubLog {
	/** One line, as it is. */
	write(line: string): void;
}

/** One older file is kept beside the present one. */
const ROTATE_AT_BYTES = 16 * 1024 * 1024;

export function openHubLog(file: string, also?: (line: string) => void): HubLog {
	let bytes = sizeOf(file);
	return {
		write(line) {
			also?.(line);
			try {
				if (bytes > ROTATE_AT_BYTES) {
					renameSync(file, `${file}.1`);
					bytes = 0;
				}
				appendFileSync(file, `${line}\n`, { mode: 0o600 });
				bytes += Buffer.byteLength(line) + 1;
			} catch {
				// A full disk must not stop deliveries from being answered; the journal says so by itself.
			}
		},
	};
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
