/** CPU seconds of this process during `work`; other programs on a busy machine do not count. */
export function cpuSeconds(work: () => void): number {
	const before = process.cpuUsage();
	work();
	const { user, system } = process.cpuUsage(before);
	return (user + system) / 1e6;
}
