import { createReadStream } from "node:fs";
import { createLogReader, type LogReading, type Pipeline } from "../pipeline/index.ts";
import { fail, messageOf, ok, type Result } from "./result.ts";

/** Reads a log file as the worker reads one that streams in: in bounded memory, whatever its size. */
export async function readLogFile(pipeline: Pipeline, file: string): Promise<Result<LogReading>> {
	const reader = createLogReader(pipeline.logSearch);
	try {
		for await (const chunk of createReadStream(file, "utf8")) reader.write(String(chunk));
		return ok(reader.end());
	} catch (error) {
		return fail(`Cannot read ${file}: ${messageOf(error)}.`);
	}
}
