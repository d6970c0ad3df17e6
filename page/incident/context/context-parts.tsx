import type { ContextSummary, IncidentDetail, KeptContext } from "../../../worker/api/shapes.ts";
import { useResource } from "../../api/resource.ts";
import { PartData } from "./part-data.tsx";
import { type Data, recordOf } from "./read-data.ts";

type Summary = readonly [name: string, part: ContextSummary];

/** What was known when it was decided: parts that have data can be opened, the others are listed with the reason. */
export function ContextParts({ shown }: { readonly shown: IncidentDetail }) {
	const kept = useResource<KeptContext>(`/api/incidents/${shown.id}/context`, "changes").body?.context;
	const parts: readonly Summary[] = Object.entries(shown.context ?? {});
	if (parts.length === 0) return <p class="empty">No context collected yet.</p>;
	const { because } = shown.explanation;
	const decisive = because?.by === "evidence" ? because.line : undefined;
	const whole = parts.filter(([, { status }]) => status === "ok");
	const missing = parts.filter(([, { status }]) => status === "failed" || status === "empty");
	const skipped = parts.filter(([, { status }]) => status === "skipped");
	return (
		<>
			{whole.map(([name, part]) => (
				<details key={name} class="part-box" open={part.from === "github.job_logs"}>
					<summary>
						<b>{name}</b> <span class="dim">{part.from}</span> <Took part={part} />
						{part.incomplete !== undefined && <span class="reason"> {part.incomplete}</span>}
					</summary>
					<Opened
						from={part.from}
						data={dataOf(kept?.[name])}
						repository={shown.repository}
						decisive={decisive}
						isLoaded={kept !== undefined}
					/>
				</details>
			))}
			{missing.length > 0 && <Rows parts={missing} />}
			{skipped.length > 0 && (
				<details class="more">
					<summary>
						{skipped.length} {skipped.length === 1 ? "part" : "parts"} not asked for
					</summary>
					<Rows parts={skipped} />
				</details>
			)}
		</>
	);
}

function Opened({
	data,
	isLoaded,
	...shown
}: {
	readonly from: string;
	readonly data: Data | undefined;
	readonly repository: string;
	readonly decisive: string | undefined;
	readonly isLoaded: boolean;
}) {
	if (data !== undefined) return <PartData data={data} {...shown} />;
	return <p class="empty">{isLoaded ? "Its data was too large to keep." : "Its data is not kept."}</p>;
}

function dataOf(part: unknown): Data | undefined {
	const { data } = recordOf(part);
	return data === undefined ? undefined : recordOf(data);
}

function Rows({ parts }: { readonly parts: readonly Summary[] }) {
	return (
		<ul class="missing-parts">
			{parts.map(([name, part]) => (
				<li key={name}>
					<span class={`mark ${TONES[part.status]}`}>{part.status}</span> <code title={part.from}>{name}</code>{" "}
					<span class="reason">{part.why ?? part.incomplete}</span> <Took part={part} />
				</li>
			))}
		</ul>
	);
}

function Took({ part: { took_ms } }: { readonly part: ContextSummary }) {
	// What took no time was not asked.
	return took_ms < 2 ? null : <span class="dim">{Math.round(took_ms)} ms</span>;
}

const TONES = {
	ok: "good",
	empty: "quiet",
	failed: "bad",
	skipped: "quiet",
} as const satisfies Record<ContextSummary["status"], string>;
