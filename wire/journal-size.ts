/** D1's limit of one database (https://developers.cloudflare.com/d1/platform/limits/); `deploy/observability/rules.yaml` has it, too. */
const LIMIT_BYTES = 10e9;
const LARGE_SHARE = 0.7;

/** That the journal comes close to its limit, and what to do, as two sentences; undefined if it does not. */
export function largeJournal(size_bytes: number): string | undefined {
	if (size_bytes < LIMIT_BYTES * LARGE_SHARE) return undefined;
	return `The journal has ${gigabytes(size_bytes)} of the 10 GB that D1 allows. Keep less: settings.retention in pipeline.yaml.`;
}

/** `1.2 GB`, or `34 MB`. */
export function journalSize(size_bytes: number): string {
	return size_bytes >= 1e9 ? gigabytes(size_bytes) : `${Math.ceil(size_bytes / 1e6)} MB`;
}

function gigabytes(size_bytes: number): string {
	return `${(size_bytes / 1e9).toFixed(1)} GB`;
}
