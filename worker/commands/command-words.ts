/** The commands, in the order of the help text. */
export const COMMAND_WORDS = [
	["fix", "fixes what fails here; the rules choose the agent"],
	["fix rex the lock file", "assigns rex, and passes the words on to it"],
	["retry", "starts the newest remediation of each check over, unless it runs or is done"],
	["retry bolt", "gives the newest remediation of each check to bolt, also one that runs"],
	["stop", "stops the remediations in progress here"],
	["approve", "approves what was decided here and waits for a person"],
	["status", "updates Healer's status comment here"],
	["help", "lists the commands"],
] as const;
