/** Kubernetes' limit for all annotations of one object together, keys and values, in bytes. */
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Why Kubernetes would refuse the labels or annotations, as one clause; undefined when it would not. */
export function findInvalidMetadata(metadata: {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}): string | undefined {
	for (const [key, value] of Object.entries(metadata.labels)) {
		if (!isKey(key)) return `invalid label key: ${JSON.stringify(key.slice(0, 100))}`;
		if (value !== "" && !NAME.test(value)) return `invalid value of the label ${key}`;
	}
	let bytes = 0;
	for (const [key, value] of Object.entries(metadata.annotations)) {
		if (!isKey(key)) return `invalid annotation key: ${JSON.stringify(key.slice(0, 100))}`;
		bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	return bytes > MAX_ANNOTATIONS_BYTES
		? `the annotations have ${bytes} bytes, more than ${MAX_ANNOTATIONS_BYTES}`
		: undefined;
}

function isKey(key: string): boolean {
	const [name = "", prefix, ...more] = key.split("/").reverse();
	if (more.length > 0 || !NAME.test(name)) return false;
	return prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix));
}
