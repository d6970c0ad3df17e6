/**
 * The pipeline's own selector, plus required labels. Their names and values were checked to contain no comma, operator
 * or bracket, so none can change the rest of the selector
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors).
 */
export function labelSelector({
	selector,
	labels,
}: {
	readonly selector?: string | undefined;
	readonly labels: Readonly<Record<string, string>>;
}): string {
	const terms = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
	return [...(selector === undefined ? [] : [selector]), ...terms].join(",");
}
