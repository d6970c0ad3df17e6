import type { IgnoredPage, ShownIgnored } from "../../worker/api/shapes.ts";
import { useResource } from "../api/resource.ts";
import { Age } from "../parts/age.tsx";
import { Choice } from "../parts/choice.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { PagedTable } from "../parts/paged-table.tsx";
import { BranchLink } from "../parts/place-links.tsx";
import { SearchField } from "../parts/search-field.tsx";
import { addressOf, params, replaceAddress, valuesIn } from "../route.ts";
import { labelOf } from "./kinds.ts";

const NAMES = ["text", "filter", "repository", "event"] as const;
type Name = (typeof NAMES)[number];

/** The last deliveries that became no incident, and why: searched, and counted by what ignored them. */
export function IgnoredView() {
	const asked = valuesIn(params.value, [...NAMES, "before"]);
	const resource = useResource<IgnoredPage>(addressOf("/api/ignored", asked), "ignored");
	const { body } = resource;
	const isNarrowed = Object.values(asked).some((value) => value !== "");
	return (
		<>
			<h1 tabIndex={-1}>Ignored deliveries</h1>
			<p class="dim lead">
				Deliveries that became no incident, newest first, with the reason. The oldest are dropped as new ones arrive.
			</p>
			<search>
				<form class="filters" onSubmit={(event) => event.preventDefault()}>
					<SearchField
						text={asked.text}
						placeholder="delivery, repository, branch, reason…"
						onSearch={(text) => narrow({ text })}
					/>
					<Choice
						label="Ignored by"
						chosen={asked.filter}
						choices={body?.filters.map(({ filter }) => filter)}
						textOf={(filter) => countedLabel(filter, body)}
						onChoose={(filter) => narrow({ filter })}
					/>
				</form>
			</search>
			<PagedTable
				of={resource}
				rows={body?.ignored}
				show={(rows) => <Rows rows={rows} />}
				whenNone={
					<p class="empty">
						{isNarrowed ? "No ignored delivery matches. " : "No delivery was ignored. "}
						{isNarrowed && <a href="/ignored">Show all</a>}
					</p>
				}
				newest={asked.before === "" ? undefined : addressWith({})}
				older={body?.next == null ? undefined : addressWith({ before: body.next })}
			/>
		</>
	);
}

function Rows({ rows }: { readonly rows: readonly ShownIgnored[] }) {
	return (
		<table class="stacked">
			<thead>
				<tr>
					<th scope="col">Event</th>
					<th scope="col">Why</th>
					<th scope="col">Where</th>
					<th scope="col">Delivery</th>
					<th scope="col" class="when">
						When
					</th>
				</tr>
			</thead>
			<tbody>
				{rows.map((row) => (
					<tr key={row.delivery_id}>
						<td>
							<a href={addressWith({ event: row.event })} data-row title="Show deliveries of this event">
								{row.event}
							</a>
							{row.action !== null && <span class="dim"> {row.action}</span>}
						</td>
						<td class="what">
							<a href={addressWith({ filter: row.filter })}>{labelOf(row.filter)}</a>
							<div class="reason">{row.reason}</div>
						</td>
						<td class="where">
							{row.repository !== null && (
								<a href={addressWith({ repository: row.repository })} title="Show deliveries of this repository">
									{row.repository}
								</a>
							)}{" "}
							{row.branch !== null && row.repository !== null && (
								<BranchLink repository={row.repository} branch={row.branch} />
							)}
						</td>
						<td class="id">
							<code title={row.delivery_id}>{row.delivery_id.slice(0, 8)}</code>
							<CopyButton text={row.delivery_id} what="the delivery's id" />
						</td>
						<td class="when">
							<Age at={row.at} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function countedLabel(filter: string, body: IgnoredPage | undefined): string {
	const count = body?.filters.find((one) => one.filter === filter)?.count;
	return count === undefined ? labelOf(filter) : `${labelOf(filter)} (${count.toLocaleString()})`;
}

/** The first page with these filters changed; empty ones are left out. */
function addressWith(changes: Partial<Record<Name | "before", string>>): string {
	return addressOf("/ignored", { ...valuesIn(params.value, NAMES), ...changes });
}

function narrow(changes: Partial<Record<Name, string>>): void {
	replaceAddress(addressWith(changes));
}
