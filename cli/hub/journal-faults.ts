import { explainJournalFault, journalFaultOf } from "../../worker/journal/d1-error.ts";
import { messageOf } from "../result.ts";

/**
 * Passes each line of the runtime on, and names what is wrong with the journal where one tells of it: to the log, and
 * once for each cause to people. Only workerd's own output has SQLite's reason, D1 answers "internal error".
 */
export function namingJournalFaults(write: (line: string) => void, say: (problem: string) => void) {
	const said = new Set<string>();
	return (line: string): void => {
		write(line);
		const fault = /SQLITE_|SQLite failed/.test(line) ? journalFaultOf(line) : undefined;
		if (fault === undefined || said.has(fault)) return;
		said.add(fault);
		const message = explainJournalFault(fault);
		write(JSON.stringify({ level: "error", source: "hub", message, journal: fault }));
		say(message);
	};
}

/** Why the hub could not start, with the cure where it was the journal. */
export function explainStart(error: unknown): string {
	const text = messageOf(error);
	const fault = journalFaultOf(text);
	return fault === undefined ? text : `${text}\n${explainJournalFault(fault)}`;
}
