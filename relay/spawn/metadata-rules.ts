/** Kubernetes' bound for all annotations of one object together, keys and values, in bytes. */
const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What Kubernetes would refuse of labels and annotations, as one sentence; undefined when nothing. */
export function findInvalidMetadata(metadata: {
	readonly labels: Readonly<Record<string, string>>;
	readonly annotations: Readonly<Record<string, string>>;
}): string | undefined {
	for (const [key, value] of Object.entries(metadata.labels)) {
		if (!isKey(key)) return `a label's key is not valid: ${JSON.stringify(key.slice(0, 100))}`;
		if (value !== "" && !NAME.test(value)) return `the label ${key} has a value that is not valid`;
	}
	let bytes = 0;
	for (const [key, value] of Object.entries(metadata.annotations)) {
		if (!isKey(key)) return `an annotation's key is not valid: ${JSON.stringify(key.slice(0, 100))}`;
		bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
	}
	return bytes > MAX_ANNOTATIONS_BYTES ? `the annotations have ${bytes} bytes` : undefined;
}

function isKey(key: string): boolean {
	const [name = "", prefix, ...more] = key.split("/").reverse();
	if (more.length > 0 || !NAME.test(name)) return false;
	return prefix === undefined || (prefix.length <= 253 && SUBDOMAIN.test(prefix));
}
