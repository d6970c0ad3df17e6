import type { NotificationStatus } from "../../worker/api/shapes.ts";
import { Age } from "../parts/age.tsx";

/** Who is notified, and whether it arrives; renders nothing if the pipeline notifies nobody. */
export function Notifications({ targets }: { readonly targets: readonly NotificationStatus[] }) {
	if (targets.length === 0) return null;
	return (
		<section>
			<h2>Notifications</h2>
			<table>
				<thead>
					<tr>
						<th scope="col">Target</th>
						<th scope="col" class="number">
							Pending
						</th>
						<th scope="col">Last sent</th>
					</tr>
				</thead>
				<tbody>
					{targets.map((target) => (
						<tr key={target.name}>
							<td>
								{target.name} {target.host !== null && <span class="dim">{target.host}</span>}
								<Trouble target={target} />
							</td>
							<td class="number">{target.pending.toLocaleString()}</td>
							<td>{target.sent_at === null ? <span class="dim">never</span> : <Age at={target.sent_at} />}</td>
						</tr>
					))}
				</tbody>
			</table>
			<p class="dim">
				<code>npx healer notify test</code> sends a test message.
			</p>
		</section>
	);
}

function Trouble({ target: { problem, failing_since, last_error, failed } }: { readonly target: NotificationStatus }) {
	return (
		<>
			{problem !== null && <div class="error">{problem}</div>}
			{problem === null && failing_since !== null && (
				<div class="error">
					Failing since <Age at={failing_since} />: {last_error}
				</div>
			)}
			{failed > 0 && <div class="reason">{failed.toLocaleString()} given up after three days</div>}
		</>
	);
}
