import { createLogReader, type LogReading, type Pipeline } from "../pipeline/index.ts";
import { messageOf } from "../wire/message-of.ts";
import { fail, ok, type Result } from "../wire/result.ts";
import { openInput } from "./read-input.ts";

/** Reads a log file as the worker reads a streamed one: in bounded memory, whatever its size. */
export async function readLogFile(pipeline: Pipeline, file: string): Promise<Result<LogReading>> {
	const opened = await openInput(file);
	if (!opened.ok) return opened;
	const reader = createLogReader(pipeline.logSearch);
	try {
		for await (const chunk of opened.value.createReadStream({ encoding: "utf8" })) reader.write(String(chunk));
		return ok(reader.end());
	} catch (error) {
		return fail(`Cannot read ${file}: ${messageOf(error)}.`);
	} finally {
		await opened.value.close();
	}
}
