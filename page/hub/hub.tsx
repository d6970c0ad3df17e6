import type { HubStatus, Redelivery } from "../../worker/api/shapes.ts";
import { status } from "../api/poll.ts";
import { labelOf, meaningOf } from "../ignored/kinds.ts";
import { Age, Until } from "../parts/age.tsx";
import { Notifications } from "./notifications.tsx";
import { Pauses } from "./pauses.tsx";
import { PipelineVersions } from "./pipeline-versions.tsx";
import { stateSentences } from "./state-sentences.ts";

/** The hub itself: how it is, its pipeline, what it ignored, and deliveries that GitHub failed to deliver. */
export function Hub() {
	const { value: shown } = status;
	return (
		<>
			<h1 tabIndex={-1}>Hub</h1>
			{shown === undefined ? (
				<p class="empty">Loading…</p>
			) : (
				<>
					<State shown={shown} />
					<div class="columns wide-columns">
						<section>
							<h2>Pipeline</h2>
							<PipelineVersions pipeline={shown.pipeline} pipelines={shown.pipelines} />
						</section>
						<div>
							<Ignored ignored={shown.ignored} />
							<Notifications targets={shown.notifications} />
							<FailedDeliveries redelivery={shown.redelivery} />
						</div>
					</div>
				</>
			)}
		</>
	);
}

function State({ shown }: { readonly shown: HubStatus }) {
	return (
		<section class="panel" aria-label="State">
			<h2>State</h2>
			<ul class="sentences">
				{stateSentences(shown).map(({ tone, text }) => (
					<li key={text} class={`mark ${tone}`}>
						<span>{text}</span>
					</li>
				))}
			</ul>
			<p class="dim">
				{shown.last_delivery_at === null ? (
					"No delivery has arrived yet."
				) : (
					<>
						The last delivery arrived <Age at={shown.last_delivery_at} />.
					</>
				)}
			</p>
			{shown.delivery_queue?.oldest_at != null && (
				<p class="dim">
					The oldest delivery that waits arrived <Age at={shown.delivery_queue.oldest_at} />.
				</p>
			)}
			<Pauses {...shown} />
		</section>
	);
}

function Ignored({ ignored }: { readonly ignored: HubStatus["ignored"] }) {
	const rows = Object.entries(ignored).toSorted(([, a], [, b]) => b - a);
	return (
		<section aria-label="Ignored deliveries">
			<h2>Ignored deliveries</h2>
			{rows.length === 0 ? (
				<p class="empty">No delivery was ignored.</p>
			) : (
				<dl class="ignored-kinds">
					{rows.map(([reason, count]) => (
						<div key={reason}>
							<dt title={meaningOf(reason)}>{labelOf(reason)}</dt>
							<dd>{count.toLocaleString()}</dd>
						</div>
					))}
				</dl>
			)}
			<p>
				<a href="/ignored">See each one and why</a>
			</p>
		</section>
	);
}

function FailedDeliveries({ redelivery }: { readonly redelivery: Redelivery }) {
	return (
		<section aria-label="Failed deliveries">
			<h2>Failed deliveries</h2>
			{redelivery.configured ? (
				<>
					<p>
						What GitHub could not deliver is asked for again: {redelivery.pending.toLocaleString()} pending,{" "}
						{redelivery.recovered.toLocaleString()} recovered, {redelivery.lost.toLocaleString()} lost, with{" "}
						{redelivery.requests.toLocaleString()} requests to GitHub.
					</p>
					<p class="dim">
						Last looked <Age at={redelivery.scanned_at} />.
						{redelivery.waits_until !== null && (
							<>
								{" "}
								GitHub's rate limit is used up; the next look is <Until at={redelivery.waits_until} />.
							</>
						)}
					</p>
				</>
			) : (
				<p class="empty">
					What GitHub cannot deliver is lost: no GitHub App is configured. Set <code>GITHUB_APP_ID</code> and{" "}
					<code>GITHUB_PRIVATE_KEY</code> on the worker.
				</p>
			)}
		</section>
	);
}
