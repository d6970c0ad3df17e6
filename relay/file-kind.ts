import type { Stats } from "node:fs";

/** What stands under a path, in words for a message. */
export type FileKind = "a file" | "a folder" | "a named pipe (FIFO)" | "a socket" | "a device" | "something unknown";

export function fileKind(stats: Stats): FileKind {
	if (stats.isFile()) return "a file";
	if (stats.isDirectory()) return "a folder";
	if (stats.isFIFO()) return "a named pipe (FIFO)";
	if (stats.isSocket()) return "a socket";
	return stats.isCharacterDevice() || stats.isBlockDevice() ? "a device" : "something unknown";
}

/** `/dev/stdin`, and what a shell opened for `<(command)`: no file, and still meant to be read, once. */
export function isShellStream(path: string): boolean {
	return /^\/(dev\/stdin|(dev|proc\/self)\/fd\/\d+)$/.test(path);
}
