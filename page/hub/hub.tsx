import type { HubStatus, Redelivery } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { may } from "../api/viewer.ts";
import { Age } from "../parts/age.tsx";
import { Version } from "../parts/version.tsx";
import { IGNORED } from "./ignored.ts";
import { Notifications } from "./notifications.tsx";

/** The hub itself: its pipeline, ignored deliveries, and deliveries that GitHub failed to deliver. */
export function Hub() {
	const { value: shown } = status;
	return (
		<>
			<h1 tabIndex={-1}>Hub</h1>
			{shown === undefined ? (
				<p class="empty">Loading…</p>
			) : (
				<div class="columns">
					<Pipeline shown={shown} />
					<Ignored ignored={shown.ignored} />
					<Undelivered shown={shown} />
					<FailedDeliveries redelivery={shown.redelivery} />
					<Notifications targets={shown.notifications} />
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
				Active: <Version version={pipeline} />
				{isDeployed && <span class="dim"> (deployed)</span>}.{" "}
				{paused === null ? "Not paused." : <strong>Paused.</strong>}
			</p>
			{pipelines.length > 0 && (
				<table class="plain">
					<thead>
						<tr>
							<th scope="col">Version</th>
							<th scope="col">Pushed</th>
							<th scope="col">By</th>
						</tr>
					</thead>
					<tbody>
						{pipelines.map(({ version, pushed_at, author, message, active }) => (
							<tr key={version}>
								<td>
									<Version version={version} /> {active && <span class="mark good">active</span>}
								</td>
								<td>
									<Age at={pushed_at} />
								</td>
								<td>
									{author ?? <span class="dim">unknown</span>}
									{message !== null && <div class="reason">{message}</div>}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{may("administer") && (
				<p class="dim">
					<code>npx healer push</code> activates a new version, <code>npx healer rollback</code> goes back to the
					previous one.
				</p>
			)}
			{may("operate") && (
				<p class="dim">
					<code>npx healer pause</code> stops creating CodeRuns.
				</p>
			)}
		</section>
	);
}

function Ignored({ ignored }: { readonly ignored: HubStatus["ignored"] }) {
	const rows = Object.entries(ignored).toSorted(([, a], [, b]) => b - a);
	return (
		<section>
			<h2>Ignored deliveries</h2>
			{rows.length === 0 ? (
				<p class="empty">No delivery was ignored.</p>
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
									<span title={reason}>{IGNORED.get(reason)?.label ?? reason}</span>
									<div class="reason">{IGNORED.get(reason)?.meaning ?? ""}</div>
								</td>
								<td class="number">{count.toLocaleString()}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			<p class="dim">
				To see why a delivery was ignored, run <code>npx healer explain payload.json --event NAME</code> or use the{" "}
				<a href="/playground">playground</a>.
			</p>
		</section>
	);
}

/** Deliveries that did not reach the journal; renders nothing when there are none. */
function Undelivered({ shown: { refused_signatures, delivery_queue } }: { readonly shown: HubStatus }) {
	const { waiting = 0, oldest_at = null } = delivery_queue ?? {};
	if (refused_signatures === 0 && waiting === 0) return null;
	return (
		<section>
			<h2>Deliveries outside the journal</h2>
			<dl class="facts">
				{waiting !== null && waiting > 0 && <Count name="Waiting for the journal" count={waiting} />}
				{refused_signatures > 0 && <Count name="Refused signatures" count={refused_signatures} />}
			</dl>
			{waiting === null && <p class="dim">The queue does not report how many deliveries are waiting.</p>}
			{oldest_at !== null && (
				<p>
					The oldest arrived <Age at={oldest_at} />.
				</p>
			)}
			{refused_signatures > 0 && (
				<p class="dim">If these come from GitHub, the App's webhook secret does not match the worker's.</p>
			)}
		</section>
	);
}

function FailedDeliveries({ redelivery }: { readonly redelivery: Redelivery }) {
	return (
		<section>
			<h2>Failed deliveries</h2>
			{redelivery.configured ? (
				<>
					<dl class="facts">
						<Count name="Pending" count={redelivery.pending} />
						<Count name="Recovered" count={redelivery.recovered} />
						<Count name="Lost" count={redelivery.lost} />
						<Count name="Requests to GitHub" count={redelivery.requests} />
					</dl>
					<p>
						Last scan of GitHub's deliveries: <Age at={redelivery.scanned_at} />.
						{redelivery.waits_until !== null && (
							<>
								{" "}
								Rate-limited; next scan <Age at={redelivery.waits_until} />.
							</>
						)}
					</p>
					{redelivery.problem !== null && <p class="error">{redelivery.problem}</p>}
				</>
			) : (
				<p class="empty">
					Failed deliveries are not recovered: no GitHub App is configured. Set <code>GITHUB_APP_ID</code> and{" "}
					<code>GITHUB_PRIVATE_KEY</code> on the worker.
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
