import { useState } from "preact/hooks";
import type { Choices } from "../../worker/api/shapes.ts";
import { INCIDENT_STATUSES } from "../../worker/journal/statuses.ts";
import { useResource } from "../api/resource.ts";
import { Choice } from "../parts/choice.tsx";
import { SearchField } from "../parts/search-field.tsx";
import { STATUSES } from "../parts/status-mark.tsx";
import { params, replaceAddress } from "../route.ts";
import { type FilterName, filterIn, isNarrowed, queryWith } from "./query-with.ts";

const SPANS = {
	"1h": "last hour",
	"12h": "last 12 hours",
	"24h": "last 24 hours",
	"7d": "last 7 days",
	"30d": "last 30 days",
};

/** The list's filters. They are part of the address, so that a filtered list can be shared. */
export function Filters() {
	const choices = useResource<Choices>("/api/choices", "changes").body;
	const [isOpen, setOpen] = useState(false);
	const filter = filterIn(params.value);
	const choice = (name: FilterName) => ({
		chosen: filter[name],
		onChoose: (value: string) => narrow({ [name]: value }),
	});
	// Those whose values the worker does not list are set by links, and shown to be taken away.
	const linked = (["rule", "workflow", "until"] as const).filter((name) => filter[name] !== "");
	const count = Object.entries(filter).filter(([name, value]) => name !== "text" && value !== "").length;
	return (
		<search>
			<form class={`filters ${isOpen ? "" : "folded"}`} onSubmit={(event) => event.preventDefault()}>
				<SearchField
					text={filter.text}
					placeholder="#402, commit, branch, run…"
					onSearch={(text) => narrow({ text })}
				/>
				<button type="button" class="unfold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
					Filters{count > 0 && ` (${count})`}
				</button>
				<Choice label="State" {...choice("status")} choices={INCIDENT_STATUSES} textOf={statusText} />
				<Choice label="Agent" {...choice("agent")} choices={choices?.agents} />
				<Choice label="Failure type" {...choice("failure_type")} choices={choices?.failure_types} />
				<Choice label="Repository" {...choice("repository")} choices={choices?.repositories} />
				<Choice label="Opened" {...choice("since")} choices={Object.keys(SPANS)} textOf={spanText} />
			</form>
			{(linked.length > 0 || isNarrowed(params.value)) && (
				<p class="chips">
					{linked.map((name) => (
						<a key={name} class="chip" href={queryWith(params.value, { [name]: "" })} title="Take this filter away">
							{name} {filter[name]} ×
						</a>
					))}
					<a href="/">Show all</a>
				</p>
			)}
		</search>
	);
}

function statusText(statuses: string): string {
	return statuses
		.split(",")
		.map((status) => INCIDENT_STATUSES.find((one) => one === status))
		.map((status) => (status === undefined ? "?" : STATUSES[status].text))
		.join(", ");
}

function spanText(span: string): string {
	return Object.entries(SPANS).find(([name]) => name === span)?.[1] ?? `since ${span}`;
}

function narrow(changes: Partial<Record<FilterName, string>>): void {
	replaceAddress(queryWith(params.value, changes));
}
