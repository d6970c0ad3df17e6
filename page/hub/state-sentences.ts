import { largeJournal } from "../../wire/journal-size.ts";
import type { HubStatus } from "../../worker/api/shapes.ts";
import { countIn } from "../home/lanes.ts";

/** One thing that is so with the hub, in words, and how good or bad it is. */
export interface StateSentence {
	readonly tone: "good" | "wait" | "bad" | "person";
	readonly text: string;
}

/** How the hub is, what is wrong first; one good sentence when nothing is. */
export function stateSentences(status: HubStatus): readonly StateSentence[] {
	const { incidents, paused, paused_repositories, not_starting, delivery_queue, redelivery } = status;
	const paused_agents = status.paused_agents.map(({ agent }) => agent);
	const { refused_signatures, notifications } = status;
	const broken = notifications.filter(({ problem, failing_since }) => problem !== null || failing_since !== null);
	const large = largeJournal(status.journal.size_bytes);
	const person = countIn("person", incidents);
	const working = incidents.running + incidents.awaiting_ci;
	const known: (StateSentence | undefined)[] = [
		paused === null ? undefined : { tone: "wait", text: "Healer is paused: incidents wait, and no agent starts." },
		pausedRepositories(paused_repositories.map(({ repository }) => repository)),
		paused_agents.length === 0
			? undefined
			: { tone: "wait", text: `Paused agents: ${paused_agents.join(", ")}. What is theirs waits.` },
		not_starting === null
			? undefined
			: { tone: "bad", text: "CodeRuns are created, but no controller in the cluster starts them." },
		redelivery.configured && redelivery.lost > 0
			? { tone: "bad", text: `${counted(redelivery.lost, "delivery", "deliveries")} of GitHub could not be recovered.` }
			: undefined,
		redelivery.configured && redelivery.problem !== null
			? { tone: "bad", text: `GitHub could not be asked for failed deliveries: ${redelivery.problem}` }
			: undefined,
		(delivery_queue?.waiting ?? 0) > 0
			? {
					tone: "wait",
					text: `${counted(delivery_queue?.waiting ?? 0, "delivery waits", "deliveries wait")} for the journal; nothing is lost.`,
				}
			: undefined,
		refused_signatures > 0
			? {
					tone: "bad",
					text: `${counted(refused_signatures, "request was", "requests were")} refused for a wrong signature. If they are GitHub's, the App's webhook secret is not the worker's.`,
				}
			: undefined,
		large === undefined ? undefined : { tone: "bad", text: large },
		broken.length > 0
			? { tone: "bad", text: `Notifications do not arrive at ${broken.map(({ name }) => name).join(", ")}.` }
			: undefined,
		person > 0
			? { tone: "person", text: `${counted(person, "incident needs", "incidents need")} a person.` }
			: undefined,
	];
	const wrong = known.filter((one) => one !== undefined);
	const now = `${counted(working, "agent is", "agents are")} at work, ${counted(incidents.waiting, "incident waits", "incidents wait")}.`;
	return wrong.length === 0
		? [{ tone: "good", text: `Healer runs, and CodeRuns may start. ${now}` }]
		: [...wrong, { tone: "good", text: now }];
}

function pausedRepositories(names: readonly string[]): StateSentence | undefined {
	const [first] = names;
	if (first === undefined) return undefined;
	if (names.length === 1) return { tone: "wait", text: `${first} is paused: its incidents wait, and no agent starts.` };
	return { tone: "wait", text: `${names.length} repositories are paused: their incidents wait, and no agent starts.` };
}

function counted(count: number, one: string, several: string): string {
	return `${count === 0 ? "No" : count.toLocaleString("en")} ${count === 1 ? one : several}`;
}
