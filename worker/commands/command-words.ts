/** The words that Healer knows, in the order in which it tells them. */
export const COMMAND_WORDS = [
	["fix", "fixes what is red here; the rules choose the agent"],
	["fix rex the lock file", "rex does it, and is told the words"],
	["retry", "starts the newest remediation of each check afresh, unless it runs or is done"],
	["stop", "makes no further attempt at what is under way here"],
	["status", "writes Healer's comment here anew"],
	["help", "lists the commands"],
] as const;
