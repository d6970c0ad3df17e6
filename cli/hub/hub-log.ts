import { appendFile, rename, stat } from "node:fs/promises";
import { messageOf } from "../result.ts";

/** The hub's log file: the worker's JSON lines and what the relay and the hub say. */
export interface HubLog {
	/** One line, as it is. Never waits for the disk. */
	write(line: string): void;
	/** Settles once all that was taken is in the file, or could not be written. */
	flush(): Promise<void>;
}

/** One older file is kept beside the present one. */
const ROTATE_AT_BYTES = 16 * 1024 * 1024;
/** What a disk that is slow or full may leave in memory. */
const HELD_AT_MOST_BYTES = 4 * 1024 * 1024;

/**
 * Lines are written in the background, many at once. What does not fit into memory, or not on the disk, is left out and
 * counted: a full disk must not stop deliveries.
 */
export function openHubLog(file: string, also?: (line: string) => void): HubLog {
	let held: string[] = [];
	let heldBytes = 0;
	let left = { lines: 0, why: "" };
	let size: number | undefined;
	let writing: Promise<void> | undefined;

	function leaveOut(lines: number, why: string): void {
		left = { lines: left.lines + lines, why };
	}

	async function writeHeld(): Promise<void> {
		while (held.length > 0) {
			const [lines, gap] = [held, left];
			[held, heldBytes, left] = [[], 0, { lines: 0, why: "" }];
			// A failed write may have left half a line.
			const text = `${gap.lines > 0 ? `\n${gapLine(gap)}\n` : ""}${lines.join("\n")}\n`;
			try {
				size ??= await sizeOf(file);
				if (size > ROTATE_AT_BYTES) {
					await rename(file, `${file}.1`);
					size = 0;
				}
				await appendFile(file, text, { mode: 0o600 });
				size += Buffer.byteLength(text);
			} catch (error) {
				size = undefined;
				leaveOut(gap.lines + lines.length, messageOf(error));
			}
		}
		writing = undefined;
	}

	return {
		write(line) {
			also?.(line);
			if (heldBytes >= HELD_AT_MOST_BYTES) return leaveOut(1, "the disk is too slow");
			held.push(line);
			heldBytes += Buffer.byteLength(line) + 1;
			writing ??= writeHeld();
		},
		flush: async () => await writing,
	};
}

function gapLine({ lines, why }: { readonly lines: number; readonly why: string }): string {
	return JSON.stringify({ level: "warn", source: "hub", message: `${lines} lines are missing here: ${why}` });
}

async function sizeOf(file: string): Promise<number> {
	return await stat(file).then(
		({ size }) => size,
		() => 0,
	);
}
