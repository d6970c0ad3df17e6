import { constants } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { codeOf, fileKind, isShellStream } from "../relay/file-kind.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";

/**
 * Opens a user's file for reading. Anything but a file is rejected before it is read: opening a named pipe waits for a
 * writer, in a thread that nothing can end, not even Node's exit.
 */
export async function openInput(file: string): Promise<Result<FileHandle>> {
	try {
		const isStream = isShellStream(file);
		const handle = await open(file, isStream ? constants.O_RDONLY : constants.O_RDONLY | constants.O_NONBLOCK);
		const kind = fileKind(await handle.stat());
		if (kind === "a file" || isStream) return ok(handle);
		await handle.close();
		return fail(`Cannot read ${file}: it is ${kind}.`);
	} catch (error) {
		return cannotRead(file, error);
	}
}

/** The bytes of a user's file. */
export async function readBytes(file: string): Promise<Result<Buffer<ArrayBuffer>>> {
	const opened = await openInput(file);
	if (!opened.ok) return opened;
	try {
		return ok(await opened.value.readFile());
	} catch (error) {
		return cannotRead(file, error);
	} finally {
		await opened.value.close();
	}
}

/** The text of a user's file. */
export async function readText(file: string): Promise<Result<string>> {
	const bytes = await readBytes(file);
	return bytes.ok ? ok(bytes.value.toString("utf8")) : bytes;
}

/** The text of a user's file; undefined if there is no such file, which is no problem. */
export async function readOptionalText(file: string): Promise<Result<string | undefined>> {
	// ENOTDIR: below something that is no folder, such as a HOME of /dev/null.
	const isMissing = await stat(file).then(
		() => false,
		(error: unknown) => ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? ""),
	);
	return isMissing ? ok(undefined) : await readText(file);
}

/** The JSON of a user's file, as text and parsed. */
export async function readJson(file: string): Promise<Result<{ text: string; value: unknown }>> {
	const text = await readText(file);
	if (!text.ok) return text;
	try {
		return ok({ text: text.value, value: JSON.parse(text.value) as unknown });
	} catch (error) {
		return fail(`${file} is not JSON: ${messageOf(error)}`);
	}
}

function cannotRead(file: string, error: unknown): { readonly ok: false; readonly problem: string } {
	return fail(`Cannot read ${file}: ${reason(error)}.`);
}

function reason(error: unknown): string {
	switch (codeOf(error)) {
		case "ENOENT":
			return "no such file";
		case "EACCES":
			return "permission denied";
		case "EISDIR":
			return "it is a folder";
		// open(2): ENXIO is a socket, or a device that does not exist.
		case "ENXIO":
			return "it is a socket";
		default:
			return messageOf(error);
	}
}
