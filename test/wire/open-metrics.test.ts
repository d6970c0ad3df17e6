import { describe, expect, it } from "vitest";
import { renderOpenMetrics } from "../../wire/open-metrics.ts";

describe("renderOpenMetrics", () => {
	it("writes descriptors, units, samples and the end", () => {
		const text = renderOpenMetrics([
			{
				name: "healer_deliveries",
				type: "counter",
				help: "Deliveries.",
				samples: [{ labels: { outcome: "accepted" }, value: 12 }],
			},
			{
				name: "healer_fix_seconds",
				type: "histogram",
				help: "Time to fix.",
				samples: [
					{ suffix: "_bucket", labels: { le: 0.5 }, value: 1 },
					{ suffix: "_bucket", labels: { le: 60 }, value: 2 },
					{ suffix: "_bucket", labels: { le: "+Inf" }, value: 2 },
					{ suffix: "_count", value: 2 },
					{ suffix: "_sum", value: 30.25 },
				],
			},
			{ name: "healer_size_bytes", type: "gauge", help: "Nothing is known.", samples: [] },
		]);
		expect(text).toBe(
			[
				"# TYPE healer_deliveries counter",
				"# HELP healer_deliveries Deliveries.",
				'healer_deliveries_total{outcome="accepted"} 12',
				"# TYPE healer_fix_seconds histogram",
				"# UNIT healer_fix_seconds seconds",
				"# HELP healer_fix_seconds Time to fix.",
				'healer_fix_seconds_bucket{le="0.5"} 1',
				'healer_fix_seconds_bucket{le="60.0"} 2',
				'healer_fix_seconds_bucket{le="+Inf"} 2',
				"healer_fix_seconds_count 2",
				"healer_fix_seconds_sum 30.25",
				"# TYPE healer_size_bytes gauge",
				"# UNIT healer_size_bytes bytes",
				"# HELP healer_size_bytes Nothing is known.",
				"# EOF",
				"",
			].join("\n"),
		);
	});

	it("keeps a value within its quotes and its line", () => {
		const labels = { version: 'a"\n} 1\\' };
		const text = renderOpenMetrics([{ name: "x", type: "gauge", help: 'a "b"\nc', samples: [{ labels, value: 1 }] }]);
		expect(text.split("\n")).toEqual([
			"# TYPE x gauge",
			'# HELP x a \\"b\\"\\nc',
			'x{version="a\\"\\n} 1\\\\"} 1',
			"# EOF",
			"",
		]);
	});
});
