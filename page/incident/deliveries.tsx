import type { ShownDelivery } from "../../worker/api/shapes.ts";
import { Age } from "../parts/age.tsx";
import { CopyButton } from "../parts/copy-button.tsx";

/** The deliveries that reported this incident. */
export function Deliveries({ deliveries }: { readonly deliveries: readonly ShownDelivery[] }) {
	return (
		<ul class="deliveries">
			{deliveries.map(({ delivery_id, event, received_at }) => (
				<li key={delivery_id}>
					{event} <code>{delivery_id}</code> <CopyButton text={delivery_id} what="the delivery's id" />{" "}
					<Age at={received_at} />
				</li>
			))}
		</ul>
	);
}
