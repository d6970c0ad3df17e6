import { useState } from "preact/hooks";
import type { TitledIncident } from "../../worker/api/shapes.ts";
import type { IncidentStatus } from "../../worker/journal/statuses.ts";
import { ask } from "../api/ask.ts";
import { pollNow } from "../api/poll.ts";

type Name = "release" | "retry" | "stop";

// As the worker's state machine has them: see worker/journal/state-machine.ts.
const ACTIONS: readonly {
	readonly name: Name;
	readonly text: (status: IncidentStatus) => string;
	readonly means: string;
	readonly from: readonly IncidentStatus[];
	readonly asksAgain: boolean;
}[] = [
	{
		name: "release",
		text: (status) => (status === "dead" ? "Release" : "Try now"),
		means: "The same attempt, tried at once. A claim of another incident stays one.",
		from: ["dead", "waiting"],
		asksAgain: false,
	},
	{
		name: "retry",
		text: () => "Retry",
		means: "Starts afresh, with all attempts.",
		from: ["failed", "escalated", "cancelled", "dead"],
		asksAgain: false,
	},
	{
		name: "stop",
		text: () => "Stop",
		means: "No further attempt. What runs goes on to its end.",
		from: ["accepted", "waiting", "running", "awaiting_ci"],
		asksAgain: true,
	},
];

/** What can be done about an incident by hand. */
export function Actions({
	row,
	only,
}: {
	readonly row: Pick<TitledIncident, "id" | "status" | "title">;
	readonly only?: readonly Name[];
}) {
	const [said, say] = useState("");
	const [isBusy, setBusy] = useState(false);
	const [asked, askAgain] = useState<Name>();
	const offered = ACTIONS.filter(({ name, from }) => from.includes(row.status) && (only?.includes(name) ?? true));
	if (offered.length === 0 && said === "") return null;

	const act = async (name: Name) => {
		askAgain(undefined);
		setBusy(true);
		const done = await ask(`/api/incidents/${row.id}/${name}`, { method: "POST" });
		say(done.ok ? "done" : done.error);
		setBusy(false);
		pollNow();
	};
	return (
		<div class="actions">
			{offered.map(({ name, text, means, asksAgain }) => (
				<button
					key={name}
					type="button"
					disabled={isBusy}
					title={means}
					aria-label={`${asked === name ? "Really" : ""} ${text(row.status)}: ${row.title}`.trim()}
					onBlur={() => askAgain(undefined)}
					onClick={() => (asksAgain && asked !== name ? askAgain(name) : act(name))}
				>
					{asked === name ? `Really ${text(row.status).toLowerCase()}?` : text(row.status)}
				</button>
			))}
			<span class="dim" role="status">
				{said}
			</span>
		</div>
	);
}
