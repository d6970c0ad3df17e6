import type { ContextSummary } from "../../worker/api/shapes.ts";

/** The parts of the incident's context, each with its status, its problem if any, and how long it took. */
export function ContextTable({ context }: { readonly context: Readonly<Record<string, ContextSummary>> | null }) {
	const parts = Object.entries(context ?? {});
	if (parts.length === 0) return <p class="empty">No context collected yet.</p>;
	return (
		<table class="plain">
			<thead>
				<tr>
					<th scope="col">Part</th>
					<th scope="col">State</th>
					<th scope="col" class="number">
						Took
					</th>
				</tr>
			</thead>
			<tbody>
				{parts.map(([name, part]) => (
					<tr key={name}>
						<td>
							<code title={part.from}>{name}</code>
							{(part.why ?? part.incomplete) !== undefined && <div class="reason">{part.why ?? part.incomplete}</div>}
						</td>
						<td>
							<span class={`mark ${TONES[part.status]}`}>{part.status}</span>
						</td>
						<td class="number">{Math.round(part.took_ms)} ms</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

const TONES = {
	ok: "good",
	empty: "quiet",
	failed: "bad",
	skipped: "quiet",
} as const satisfies Record<ContextSummary["status"], string>;
