import type { Stats } from "node:fs";

/** What a path refers to, in words for a message. */
export type FileKind = "a file" | "a folder" | "a named pipe (FIFO)" | "a socket" | "a device" | "something unknown";

export function fileKind(stats: Stats): FileKind {
	if (stats.isFile()) return "a file";
	if (stats.isDirectory()) return "a folder";
	if (stats.isFIFO()) return "a named pipe (FIFO)";
	if (stats.isSocket()) return "a socket";
	return stats.isCharacterDevice() || stats.isBlockDevice() ? "a device" : "something unknown";
}

/** `/dev/stdin`, and what a shell opens for `<(command)`: not a regular file, but readable once. */
export function isShellStream(path: string): boolean {
	return /^\/(dev\/stdin|(dev|proc\/self)\/fd\/\d+)$/.test(path);
}

/** `ENOENT`, `ENOSPC` and so on of a file system error, or of a process that could not start; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
