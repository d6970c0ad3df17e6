import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { loadKubeConfig } from "../../../../relay/cluster/kubernetes/load-kube-config.ts";

it("a KUBECONFIG that is a named pipe is refused without waiting for it", () => {
	const file = path.join(mkdtempSync(path.join(tmpdir(), "healer-kubeconfig-")), "config");
	execFileSync("mkfifo", [file]);
	expect(loadKubeConfig({ KUBECONFIG: file })).toEqual({
		ok: false,
		why: `KUBECONFIG cannot be read: ${file} is a named pipe (FIFO)`,
	});
});
