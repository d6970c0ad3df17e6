export type HistogramPart = "_bucket" | "_count" | "_sum";

/** One measured value. `suffix`: of a histogram's parts. */
export interface Sample {
	readonly suffix?: HistogramPart;
	readonly labels?: Readonly<Record<string, string | number>>;
	readonly value: number;
}

/** Everything measured under one name. The name of a counter has no `_total`: its samples have. */
export interface MetricFamily {
	readonly name: string;
	readonly type: "counter" | "gauge" | "histogram";
	/** One sentence. */
	readonly help: string;
	readonly samples: readonly Sample[];
}

export const OPEN_METRICS_CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Base units of OpenMetrics; a name in one of them ends with it. */
const UNIT = /_(seconds|bytes|ratio)$/;

/** The text of https://prometheus.io/docs/specs/om/open_metrics_spec/. A family without samples has its descriptor alone. */
export function renderOpenMetrics(families: readonly MetricFamily[]): string {
	return [...families.flatMap(renderFamily), "# EOF", ""].join("\n");
}

function renderFamily({ name, type, help, samples }: MetricFamily): readonly string[] {
	const unit = UNIT.exec(name)?.[1];
	return [
		`# TYPE ${name} ${type}`,
		...(unit === undefined ? [] : [`# UNIT ${name} ${unit}`]),
		`# HELP ${name} ${escaped(help)}`,
		...samples.map(({ suffix, labels, value }) => {
			const ending = suffix ?? (type === "counter" ? "_total" : "");
			return `${name}${ending}${renderLabels(labels)} ${numeral(value)}`;
		}),
	];
}

function renderLabels(labels: Sample["labels"] = {}): string {
	const pairs = Object.entries(labels).map(([name, value]) => {
		const text = name === "le" ? boundary(value) : String(value);
		return `${name}="${escaped(text)}"`;
	});
	return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** The upper bound of a bucket, written as a float: `1.0`, `0.5`, `+Inf`. */
function boundary(value: string | number): string {
	return Number.isInteger(value) ? `${value}.0` : String(value);
}

function numeral(value: number): string {
	if (value === Number.POSITIVE_INFINITY) return "+Inf";
	return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function escaped(text: string): string {
	return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
