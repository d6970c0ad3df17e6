import type { NotificationStatus } from "../../worker/api/shapes.ts";
import { Age } from "../parts/age.tsx";

/** Each target of notifications: whether messages arrive there, and what is wrong when they do not. */
export function Notifications({ notifications }: { readonly notifications: readonly NotificationStatus[] }) {
	return (
		<section class="panel" aria-label="Notifications">
			<h2>Notifications</h2>
			{notifications.length === 0 ? (
				<p class="empty">
					Nobody is notified: the pipeline has no <code>notify</code>.
				</p>
			) : (
				<ul class="versions">
					{notifications.map((target) => (
						<Target key={target.name} target={target} />
					))}
				</ul>
			)}
		</section>
	);
}

function Target({ target }: { readonly target: NotificationStatus }) {
	const { name, to, on, host, problem, pending, failed, failing_since, last_error, next_try_at, sent_at } = target;
	const isWell = problem === null && failing_since === null;
	return (
		<li>
			<div class="line">
				<span class={`mark ${isWell ? "good" : "bad"}`}>{name}</span>
				<span class="dim">
					{to === null
						? "no longer in the pipeline"
						: `${to}${host === null ? "" : ` at ${host}`}, on ${on.join(", ")}`}
				</span>
			</div>
			{problem !== null && <p class="error">{problem}</p>}
			{failing_since !== null && (
				<p class="error">
					Accepts nothing since <Age at={failing_since} />
					{last_error !== null && `: ${last_error}`}.
					{next_try_at !== null && (
						<>
							{" "}
							Next try <Age at={next_try_at} />.
						</>
					)}
				</p>
			)}
			<p class="dim">
				{pending.toLocaleString()} waiting, {failed.toLocaleString()} given up.{" "}
				{sent_at !== null && (
					<>
						Last message <Age at={sent_at} />.
					</>
				)}
			</p>
		</li>
	);
}
