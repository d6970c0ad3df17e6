import { useEffect, useState } from "preact/hooks";
import type { Choices } from "../../worker/api/shapes.ts";
import { INCIDENT_STATUSES } from "../../worker/journal/statuses.ts";
import { useResource } from "../api/resource.ts";
import { STATUSES } from "../parts/status-mark.tsx";
import { params, replaceAddress } from "../route.ts";
import { type FilterName, filterIn, queryWith } from "./query-with.ts";

const PAUSE_MS = 250;

/** The list's filters. They are part of the address, so that a filtered list can be shared. */
export function Filters() {
	const choices = useResource<Choices>("/api/choices", "changes").body;
	const filter = filterIn(params.value);
	const isNarrowed = Object.values(filter).some((value) => value !== "");
	return (
		<search>
			<form class="filters" onSubmit={(event) => event.preventDefault()}>
				<Choice name="status" label="State" chosen={filter.status} choices={INCIDENT_STATUSES} />
				<Choice name="agent" label="Agent" chosen={filter.agent} choices={choices?.agents} />
				<Choice
					name="failure_type"
					label="Failure type"
					chosen={filter.failure_type}
					choices={choices?.failure_types}
				/>
				<Choice name="repository" label="Repository" chosen={filter.repository} choices={choices?.repositories} />
				<Text chosen={filter.text} />
				<a class="clear" href="/" hidden={!isNarrowed}>
					Show all
				</a>
			</form>
		</search>
	);
}

function Choice({
	name,
	label,
	chosen,
	choices,
}: {
	readonly name: FilterName;
	readonly label: string;
	readonly chosen: string;
	readonly choices: readonly string[] | undefined;
}) {
	const known = choices ?? [];
	// The address may name several values, or one that the journal does not hold yet.
	const all = chosen === "" || known.includes(chosen) ? known : [chosen, ...known];
	return (
		<label>
			<span>{label}</span>
			<select value={chosen} onChange={({ currentTarget }) => narrow({ [name]: currentTarget.value })}>
				<option value="">any</option>
				{all.map((choice) => (
					<option key={choice} value={choice}>
						{name === "status" ? textOf(choice) : choice}
					</option>
				))}
			</select>
		</label>
	);
}

function textOf(statuses: string): string {
	return statuses
		.split(",")
		.map((status) => INCIDENT_STATUSES.find((one) => one === status))
		.map((status) => (status === undefined ? "?" : STATUSES[status].text))
		.join(", ");
}

function Text({ chosen }: { readonly chosen: string }) {
	const [typed, type] = useState(chosen);
	useEffect(() => type(chosen), [chosen]);
	useEffect(() => {
		if (typed.trim() === chosen) return;
		const timer = setTimeout(() => narrow({ text: typed.trim() }), PAUSE_MS);
		return () => clearTimeout(timer);
	}, [typed]);
	return (
		<label class="wide">
			<span>Text</span>
			<input
				type="search"
				placeholder="workflow, branch, commit, run…"
				maxLength={100}
				value={typed}
				onInput={({ currentTarget }) => type(currentTarget.value)}
			/>
		</label>
	);
}

function narrow(changes: Partial<Record<FilterName, string>>): void {
	replaceAddress(queryWith(params.value, changes));
}
