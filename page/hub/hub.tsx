import type { HubStatus, Redelivery } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { Age } from "../parts/age.tsx";
import { Version } from "../parts/version.tsx";
import { IGNORED } from "./ignored.ts";

/** The hub itself: its pipeline, the deliveries that were no incidents, those that GitHub failed to hand over. */
export function Hub() {
	const { value: shown } = status;
	return (
		<>
			<h1 tabIndex={-1}>Hub</h1>
			{shown === undefined ? (
				<p class="empty">Looking …</p>
			) : (
				<div class="columns">
					<Pipeline shown={shown} />
					<Ignored ignored={shown.ignored} />
					<Arrivals shown={shown} />
					<Lost redelivery={shown.redelivery} />
				</div>
			)}
		</>
	);
}

function Pipeline({ shown: { pipeline, pipelines, paused } }: { readonly shown: HubStatus }) {
	const isDeployed = pipelines.every(({ active }) => !active);
	return (
		<section>
			<h2>Pipeline</h2>
			<p>
				In force: <Version version={pipeline} />
				{isDeployed && <span class="dim"> the one that was deployed</span>}.{" "}
				{paused === null ? "Not paused." : <strong>Paused.</strong>}
			</p>
			{pipelines.length > 0 && (
				<table class="plain">
					<thead>
						<tr>
							<th scope="col">Version</th>
							<th scope="col">Pushed</th>
						</tr>
					</thead>
					<tbody>
						{pipelines.map(({ version, pushed_at, active }) => (
							<tr key={version}>
								<td>
									<Version version={version} /> {active && <span class="mark good">in force</span>}
								</td>
								<td>
									<Age at={pushed_at} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<p class="dim">
				<code>npx healer push</code> puts another in force, <code>npx healer rollback</code> the one before,{" "}
				<code>npx healer pause</code> stops all spawning.
			</p>
		</section>
	);
}

function Ignored({ ignored }: { readonly ignored: HubStatus["ignored"] }) {
	const rows = Object.entries(ignored).toSorted(([, a], [, b]) => b - a);
	return (
		<section>
			<h2>Ignored deliveries</h2>
			{rows.length === 0 ? (
				<p class="empty">Every delivery so far told of an incident, or none came.</p>
			) : (
				<table class="plain">
					<thead>
						<tr>
							<th scope="col">Reason</th>
							<th scope="col" class="number">
								Deliveries
							</th>
						</tr>
					</thead>
					<tbody>
						{rows.map(([reason, count]) => (
							<tr key={reason}>
								<td>
									<code>{reason}</code>
									<div class="reason">{IGNORED.get(reason) ?? ""}</div>
								</td>
								<td class="number">{count.toLocaleString()}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<p class="dim">
				Why one of them was ignored: <code>npx healer explain payload.json --event NAME</code>, or the{" "}
				<a href="/playground">playground</a>.
			</p>
		</section>
	);
}

/** What did not get as far as the journal; nothing where all did. */
function Arrivals({ shown: { refused_signatures, delivery_queue } }: { readonly shown: HubStatus }) {
	const { waiting = 0, oldest_at = null } = delivery_queue ?? {};
	if (refused_signatures === 0 && waiting === 0) return null;
	return (
		<section>
			<h2>Deliveries on their way</h2>
			<dl class="facts">
				{waiting !== null && waiting > 0 && <Count name="Waiting for the journal" count={waiting} />}
				{refused_signatures > 0 && <Count name="Refused signatures" count={refused_signatures} />}
			</dl>
			{waiting === null && <p class="dim">The queue does not say how many wait for the journal.</p>}
			{oldest_at !== null && (
				<p>
					The oldest waits since <Age at={oldest_at} />.
				</p>
			)}
			{refused_signatures > 0 && (
				<p class="dim">Is it GitHub? Then the App's webhook secret is none of the worker's.</p>
			)}
		</section>
	);
}

function Lost({ redelivery }: { readonly redelivery: Redelivery }) {
	return (
		<section>
			<h2>Lost deliveries</h2>
			{redelivery.configured ? (
				<>
					<dl class="facts">
						<Count name="to be asked for" count={redelivery.pending} />
						<Count name="came after all" count={redelivery.recovered} />
						<Count name="given up" count={redelivery.lost} />
						<Count name="GitHub was asked" count={redelivery.requests} />
					</dl>
					<p>
						Looked through GitHub's list: <Age at={redelivery.scanned_at} />.
						{redelivery.waits_until !== null && (
							<>
								{" "}
								Goes on <Age at={redelivery.waits_until} />.
							</>
						)}
					</p>
					{redelivery.problem !== null && <p class="error">{redelivery.problem}</p>}
				</>
			) : (
				<p class="empty">
					Nobody looks for deliveries that GitHub failed to hand over: no App is configured. Give the worker{" "}
					<code>GITHUB_APP_ID</code> and <code>GITHUB_PRIVATE_KEY</code>.
				</p>
			)}
		</section>
	);
}

function Count({ name, count }: { readonly name: string; readonly count: number }) {
	return (
		<div>
			<dt>{name}</dt>
			<dd>{count.toLocaleString()}</dd>
		</div>
	);
}
