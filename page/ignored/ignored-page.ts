/** Answer of `GET /api/ignored`. */
export interface IgnoredPage {
	/** Newest first. */
	readonly ignored: readonly IgnoredDelivery[];
	/** How many of the kept deliveries each filter or kind of reason ignored. */
	readonly filters: readonly { readonly filter: string; readonly count: number }[];
	/** The next page's `before`; null on the last page. */
	readonly next: string | null;
}

export interface IgnoredDelivery {
	readonly delivery_id: string;
	readonly event: string;
	readonly action: string | null;
	readonly repository: string | null;
	readonly branch: string | null;
	/** One sentence for people. */
	readonly reason: string;
	/** The filter's name, or the kind of reason. */
	readonly filter: string | null;
	/** ISO 8601. */
	readonly at: string;
}
