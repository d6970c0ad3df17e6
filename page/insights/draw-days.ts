import uPlot from "uplot";
import { DAY_S } from "../../wire/durations.ts";
import type { Day } from "./every-day.ts";

const HEIGHT = 180;

/** Draws two bars per day in the page's colours, and redraws when the width or the colour scheme changes. Returns a cleanup. */
export function drawDays(element: HTMLElement, days: readonly Day[]): () => void {
	let chart = draw(element, days);
	const redraw = () => {
		chart.destroy();
		chart = draw(element, days);
	};
	const widths = new ResizeObserver(() => {
		if (chart.width !== widthOf(element)) chart.setSize({ width: widthOf(element), height: HEIGHT });
	});
	widths.observe(element);
	const dark = matchMedia("(prefers-color-scheme: dark)");
	dark.addEventListener("change", redraw);
	return () => {
		widths.disconnect();
		dark.removeEventListener("change", redraw);
		chart.destroy();
	};
}

function draw(element: HTMLElement, days: readonly Day[]): uPlot {
	const colours = getComputedStyle(element);
	const font = `12px ${colours.fontFamily}`;
	const [dim, line, good] = [colourOf(element, "--dim"), colourOf(element, "--line"), colourOf(element, "--good")];
	const axis = { stroke: dim, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
	const bars = uPlot.paths.bars?.({ size: [0.6, 28], radius: 0.1 });
	const bar = (fill: string) => ({ fill, width: 0, points: { show: false }, ...(bars && { paths: bars }) });
	return new uPlot(
		{
			width: widthOf(element),
			height: HEIGHT,
			tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC"),
			legend: { show: false },
			cursor: { show: false },
			scales: {
				x: { range: (_, from, to) => [from - DAY_S / 2, to + DAY_S / 2] },
				y: { range: (_, _from, to) => [0, Math.max(4, to * 1.1)] },
			},
			axes: [
				{
					...axis,
					grid: { show: false },
					values: [[DAY_S, "{MMM} {D}", null, null, null, null, null, null, 1]],
					space: 60,
					// With half-day steps each day would be labelled twice.
					incrs: [1, 2, 7, 14, 28, 91].map((days) => days * DAY_S),
				},
				{ ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
			],
			series: [{}, bar(line), bar(good)],
		},
		[
			days.map(({ day }) => Date.parse(day) / 1000),
			days.map(({ incidents }) => incidents),
			days.map(({ fixed }) => fixed),
		],
		element,
	);
}

function widthOf(element: HTMLElement): number {
	return Math.max(200, Math.floor(element.clientWidth));
}

/** Resolves a property that may be `light-dark(…)`: only a colour that is applied has a computed value. */
function colourOf(element: HTMLElement, property: string): string {
	const before = element.style.color;
	element.style.color = `var(${property})`;
	const { color } = getComputedStyle(element);
	element.style.color = before;
	return color;
}
