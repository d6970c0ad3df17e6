import { messageOf } from "../../wire/message-of.ts";
import { explainJournalFault, journalFaultOf } from "../../worker/journal/d1-error.ts";

/**
 * Passes on each line of the runtime, and explains journal faults in it: in the log, and once per cause to the user.
 * Only workerd's own output has SQLite's reason; D1 answers "internal error".
 */
export function namingJournalFaults(write: (line: string) => void, report: (problem: string) => void) {
	const reported = new Set<string>();
	return (line: string): void => {
		write(line);
		const fault = /SQLITE_|SQLite failed/.test(line) ? journalFaultOf(line) : undefined;
		if (fault === undefined || reported.has(fault)) return;
		reported.add(fault);
		const message = explainJournalFault(fault);
		write(JSON.stringify({ level: "error", source: "hub", message, journal: fault }));
		report(message);
	};
}

/** Why the hub could not start, with the fix for journal faults. */
export function explainStart(error: unknown): string {
	const text = messageOf(error);
	const fault = journalFaultOf(text);
	return fault === undefined ? text : `${text}\n${explainJournalFault(fault)}`;
}
