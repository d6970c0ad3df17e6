import { readFile } from "node:fs/promises";
import { fail, messageOf, ok, type Result } from "./result.ts";

/** The bytes of a file named by the user. */
export async function readBytes(file: string): Promise<Result<Buffer<ArrayBuffer>>> {
	try {
		return ok(await readFile(file));
	} catch (error) {
		return fail(`Cannot read ${file}: ${reason(error)}.`);
	}
}

/** The text of a file named by the user. */
export async function readText(file: string): Promise<Result<string>> {
	const bytes = await readBytes(file);
	return bytes.ok ? ok(bytes.value.toString("utf8")) : bytes;
}

/** The JSON of a file named by the user, as text and parsed. */
export async function readJson(file: string): Promise<Result<{ text: string; value: unknown }>> {
	const text = await readText(file);
	if (!text.ok) return text;
	try {
		return ok({ text: text.value, value: JSON.parse(text.value) as unknown });
	} catch (error) {
		return fail(`${file} is not JSON: ${messageOf(error)}`);
	}
}

function reason(error: unknown): string {
	switch ((error as NodeJS.ErrnoException).code) {
		case "ENOENT":
			return "there is no such file";
		case "EACCES":
			return "permission denied";
		case "EISDIR":
			return "it is a folder";
		default:
			return messageOf(error);
	}
}
