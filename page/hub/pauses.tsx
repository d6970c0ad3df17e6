import { useId, useState } from "preact/hooks";
import type { Choices, HubStatus, PausedAgent, PausedRepository, ShownPause } from "../../worker/api/shapes.ts";
import { type Act, useAct } from "../api/act.ts";
import { useResource } from "../api/resource.ts";
import { may } from "../api/viewer.ts";
import { Age, Until } from "../parts/age.tsx";
import { ConfirmButton } from "../parts/confirm-button.tsx";
import { FilterLink } from "../parts/place-links.tsx";
import { params } from "../route.ts";

/** What is paused, why and until when. Who may operate resumes it, and pauses all repositories or one. */
export function Pauses({
	paused,
	paused_repositories,
	paused_agents,
}: Pick<HubStatus, "paused" | "paused_repositories" | "paused_agents">) {
	const act = useAct();
	return (
		<>
			{(paused !== null || paused_repositories.length + paused_agents.length > 0) && (
				<ul class="pauses" aria-label="Paused">
					{paused !== null && <PausedHub paused={paused} act={act} />}
					{paused_repositories.map((one) => (
						<PausedOne key={one.repository} name="repository" paused={one} act={act} />
					))}
					{paused_agents.map((one) => (
						<PausedOne key={one.agent} name="agent" paused={one} act={act} />
					))}
				</ul>
			)}
			{paused === null && may("operate") && <PauseForm act={act} />}
			<p class="dim" role="status">
				{act.result}
			</p>
		</>
	);
}

function PausedHub({ paused, act }: { readonly paused: ShownPause; readonly act: Act }) {
	return (
		<li>
			<div>
				<b>All repositories</b>{" "}
				{paused.by === "pipeline" ? (
					<span class="dim">
						<code>settings.paused</code> of the pipeline pauses them. Push one without it to resume.
					</span>
				) : (
					<PausedSince {...paused} />
				)}
			</div>
			{paused.by === "command" && <Resume act={act} />}
		</li>
	);
}

type PausedOneProps = { readonly act: Act } & (
	| { readonly name: "repository"; readonly paused: PausedRepository }
	| { readonly name: "agent"; readonly paused: PausedAgent }
);

function PausedOne({ act, ...of }: PausedOneProps) {
	const value = of.name === "agent" ? of.paused.agent : of.paused.repository;
	return (
		<li>
			<div>
				<b>
					{of.name === "agent" && "Agent "}
					<FilterLink name={of.name} value={value} />
				</b>{" "}
				<PausedSince {...of.paused} />
			</div>
			<Resume act={act} of={{ [of.name]: value }} />
		</li>
	);
}

function PausedSince({ reason, since, until }: Pick<ShownPause, "reason" | "since" | "until">) {
	return (
		<span class="dim">
			paused <Age at={since} />
			{until === null ? ", until somebody resumes" : ", ends "}
			{until !== null && <Until at={until} />}
			{reason !== null && (
				<>
					: <q>{reason}</q>
				</>
			)}
		</span>
	);
}

/** `of`: the repository or the agent to resume; empty: everything. */
function Resume({
	act: { isBusy, run },
	of = {},
}: {
	readonly act: Act;
	readonly of?: Readonly<Record<string, string>>;
}) {
	if (!may("operate")) return null;
	const [name] = Object.values(of);
	const query = name === undefined ? "" : `?${new URLSearchParams(of)}`;
	return (
		<button
			type="button"
			class={name === undefined ? "main" : ""}
			disabled={isBusy}
			aria-label={`Resume ${name ?? "all repositories"}`}
			onClick={() => void run("DELETE", `/api/pause${query}`)}
		>
			Resume
		</button>
	);
}

const LENGTHS = { "1h": "for 1 hour", "4h": "for 4 hours", "1d": "for 1 day", "7d": "for 7 days" } as const;

/** `?pause=owner/name` in the address fills in the repository. */
function PauseForm({ act: { isBusy, run } }: { readonly act: Act }) {
	const [repository, setRepository] = useState(params.value.get("pause") ?? "");
	const [reason, setReason] = useState("");
	const [length, setLength] = useState("");
	const known = useResource<Choices>("/api/choices", "changes").body?.repositories;
	const list = useId();
	const given = {
		...(repository.trim() !== "" && { repository: repository.trim() }),
		...(reason.trim() !== "" && { reason: reason.trim() }),
		...(length !== "" && { for: length }),
	};
	return (
		<form class="actions" onSubmit={(event) => event.preventDefault()}>
			<label>
				<span class="hidden">Repository to pause</span>
				<input
					list={list}
					placeholder="all repositories"
					size={22}
					maxLength={201}
					autocapitalize="none"
					spellcheck={false}
					value={repository}
					onInput={({ currentTarget }) => setRepository(currentTarget.value)}
				/>
			</label>
			<datalist id={list}>
				{known?.map((name) => (
					<option key={name} value={name} />
				))}
			</datalist>
			<label>
				<span class="hidden">Reason of the pause</span>
				<input
					placeholder="reason, for others to read"
					size={30}
					maxLength={500}
					value={reason}
					onInput={({ currentTarget }) => setReason(currentTarget.value)}
				/>
			</label>
			<label>
				<span class="hidden">Length of the pause</span>
				<select value={length} onChange={({ currentTarget }) => setLength(currentTarget.value)}>
					<option value="">until somebody resumes</option>
					{Object.entries(LENGTHS).map(([value, text]) => (
						<option key={value} value={value}>
							{text}
						</option>
					))}
				</select>
			</label>
			<ConfirmButton
				text={`Pause ${given.repository ?? "all repositories"}`}
				title="No agent is started for it until it is resumed. CodeRuns that run go on."
				disabled={isBusy}
				onConfirm={() => {
					void run("POST", "/api/pause", given);
					setReason("");
				}}
			/>
		</form>
	);
}
