/** Words that no text or name of this project uses, and what to write instead. */
const WORDS: readonly (readonly [RegExp, string])[] = [
	[/\btold\b/i, "say what it is: reported, notified, known"],
	[/\bshall\b/i, "must, may or will"],
	[/\bin force\b/i, "active"],
	[/\bby dozens\b/i, "say how many"],
	[/\blook(?:s|ed)?[ -](?:at|through)[ -]again\b|\blook-at\b|lookAt[A-Z]/i, "check, process, retry"],
	[/\blay-aside\b|\blayAside\b/i, "defer"],
	[/\bfor ever\b/i, "forever, or without end"],
	[/\blikewise\b|\bbesides\b|\bwhom\b/i, "a shorter sentence"],
	[
		/\b(?:waits_for|told_url|in_force|given_up|went_green|held_back|agent_done|tried_again|spawn_slots|stickies|delivery_look)\b/,
		"the new name: see docs/storage.md",
	],
	[
		/\b(?:takeIncident|holdIncident|firstInLine|settleRemediation|heldByCap|giveBack\w*|handOut\w*|lookAgain|askAgain|forgetOld|inTurn|putDown|createWhole|replaceWhole|whoActs|byHand)\b/,
		"the new name: see docs/architecture.md",
	],
];

/** One line for each such word, with its place. */
export function wordProblems(file: string, text: string): readonly string[] {
	return text.split("\n").flatMap((line, index) =>
		WORDS.flatMap(([word, instead]) => {
			const found = word.exec(line);
			return found === null ? [] : [`${file}:${index + 1}: "${found[0]}": write ${instead}`];
		}),
	);
}
