/**
 * The pipeline's own selector, and labels that have to be there besides. Their names and values were checked to hold
 * no comma, no operator and no bracket, so that none changes what else is asked
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
 */
export function labelSelector({
	selector,
	labels,
}: {
	readonly selector?: string | undefined;
	readonly labels: Readonly<Record<string, string>>;
}): string {
	const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
	return [...(selector === undefined ? [] : [selector]), ...wanted].join(",");
}
