import type { ComponentChildren } from "preact";
import type { IncidentDetail } from "../../worker/api/shapes.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { FilterLink } from "../parts/place-links.tsx";
import { Version } from "../parts/version.tsx";

/** What else is known of the incident, apart from its places. */
export function Facts({ shown }: { readonly shown: IncidentDetail }) {
	const { incident } = shown;
	return (
		<dl class="facts">
			<Fact name="Failure type">
				{shown.failure_type && <FilterLink name="failure_type" value={shown.failure_type} />}
			</Fact>
			<Fact name="Rule">{shown.rule && <FilterLink name="rule" value={shown.rule} />}</Fact>
			<Fact name="Workflow">
				{incident.workflow?.name && <FilterLink name="workflow" value={incident.workflow.name} />}
			</Fact>
			<Fact name="Failed steps">{incident.failed_steps?.join(", ")}</Fact>
			<Fact name="Severity">{incident.alert?.severity}</Fact>
			<Fact name="Event">{shown.event}</Fact>
			<Fact name="By">{incident.actor?.login ?? incident.sender?.login}</Fact>
			<Fact name="Pipeline">
				<a href="/hub">
					<Version version={shown.pipeline} />
				</a>
			</Fact>
			<Fact name="Trace">
				<code>{shown.trace_id}</code>
				<CopyButton text={shown.trace_id} what="the trace id" />
			</Fact>
			<Fact name="Commit message" isWide>
				{incident.commit_message && <span class="said">{incident.commit_message}</span>}
			</Fact>
		</dl>
	);
}

function Fact({
	name,
	isWide = false,
	children,
}: {
	readonly name: string;
	readonly isWide?: boolean;
	readonly children?: ComponentChildren;
}) {
	if (children === undefined || children === null || children === false || children === "") return null;
	return (
		<div class={isWide ? "wide" : ""}>
			<dt>{name}</dt>
			<dd>{children}</dd>
		</div>
	);
}
