import { provideGoProgram } from "./go-program.ts";

/** Finds Loki, or builds it: once, about ten minutes on two cores. */
export function provideLoki(): Promise<string> {
	return provideGoProgram({
		name: "loki",
		builtFrom: "github.com/grafana/loki/v3/cmd/loki",
		arguments: ["-tags", "netgo"],
	});
}
