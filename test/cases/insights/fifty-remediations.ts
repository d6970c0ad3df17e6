/**
 * Fifty incidents, ten a day from 2026-11-17 on, and their insights, counted line by line from the definitions in
 * docs/insights.md, independently of the code.
 */

/**
 * `agents`: the agent of each attempt, in order; `?` precedes one whose CodeRun was never seen. The rule is the first
 * attempt's; a later agent was chosen by escalation. `took_s`: from the first delivery to fixed.
 */
export const FIFTY = `
repository run failure_type        rule            agents            status      fixed_by took_s deliveries also
cto        101 rust_clippy         rust-workflow   rex               fixed       agent    300    1          -
cto        102 rust_clippy         rust-workflow   rex               fixed       agent    420    3          -
cto        103 rust_test           rust-workflow   rex               fixed       agent    611    2          -
cto        104 rust_test           rust-workflow   rex,rex           fixed       agent    1900   1          -
cto        105 rust_build          rust-workflow   rex,rex,bolt      fixed       agent    4200   4          -
cto        106 docker_build        rust-workflow   rex,bolt          fixed       agent    2400   1          -
cto        107 docker_build        rust-workflow   rex,bolt          fixed       agent    2500   2          -
cto        108 docker_build        rust-workflow   rex,rex,bolt      fixed       agent    3600   1          -
cto        109 docker_build        rust-workflow   rex               fixed       agent    500    1          -
cto        110 rust_clippy         rust-workflow   rex,rex,atlas     escalated   -        -      1          -
cto        111 rust_fmt            rust-workflow   rex               fixed       agent    120    5          -
cto        112 rust_fmt            rust-workflow   rex               fixed       agent    150    1          -
cto        113 rust_fmt            rust-workflow   rex               fixed       agent    180    1          existed
cto        114 rust_test           rust-workflow   rex               fixed       rerun    200    1          -
cto        115 rust_test           rust-workflow   -                 superseded  rerun    -      2          -
cto        116 rust_test           rust-workflow   -                 superseded  -        -      1          -
cto        117 rust_test           rust-workflow   rex               fixed       other    700    1          -
cto        118 rust_test           rust-workflow   rex               cancelled   -        -      1          -
cto        119 rust_test           rust-workflow   rex               running     -        -      1          -
cto        120 rust_test           rust-workflow   rex               awaiting_ci -        -      3          -
web        201 frontend_typescript frontend-files  blaze             fixed       agent    240    1          -
web        202 frontend_typescript frontend-files  blaze             fixed       agent    250    1          -
web        203 frontend_typescript frontend-files  blaze             fixed       agent    260    2          -
web        204 frontend_lint       frontend-files  blaze             fixed       agent    100    1          -
web        205 frontend_lint       frontend-files  blaze             fixed       agent    90     1          -
web        206 frontend_build      frontend-files  blaze,blaze       fixed       agent    1500   1          -
web        207 frontend_build      frontend-files  blaze,blaze,atlas failed      -        -      1          -
web        208 frontend_build      frontend-files  blaze,bolt        fixed       agent    2000   1          -
web        209 frontend_test       frontend-files  blaze             fixed       agent    800    6          -
web        210 frontend_test       frontend-files  blaze             fixed       agent    90000  1          paused
web        211 frontend_test       frontend-files  blaze             fixed       rerun    60     1          -
web        212 frontend_test       frontend-files  blaze,blaze,atlas fixed       other    9000   1          -
web        213 frontend_test       frontend-files  ?blaze            dead        -        -      1          -
web        214 frontend_test       frontend-files  blaze,?blaze      dead        -        -      1          -
web        215 -                   -               -                 accepted    -        -      2          -
infra      301 infra_docker        infra-files     bolt              fixed       agent    900    1          -
infra      302 infra_docker        infra-files     bolt              fixed       agent    899    1          -
infra      303 infra_helm          infra-files     bolt              fixed       agent    901    1          -
infra      304 infra_helm          infra-files     bolt,bolt,atlas   escalated   -        -      1          -
infra      305 infra_helm          infra-files     ?bolt             failed      -        -      1          -
infra      306 infra_helm          infra-files     bolt              fixed       agent    350    1          existed
infra      306 infra_helm          infra-files     bolt              fixed       agent    360    1          -
infra      -   security_alert      security-alerts cipher            fixed       agent    700    2          -
infra      -   security_alert      security-alerts cipher            fixed       agent    710    1          -
infra      -   security_alert      security-alerts cipher            escalated   -        -      1          -
infra      -   security_alert      security-alerts cipher            waiting     -        -      1          paused
cto        -   merge_conflict      default         atlas             fixed       agent    330    1          -
cto        -   merge_conflict      default         atlas             fixed       agent    340    1          -
web        -   merge_conflict      default         atlas,atlas       fixed       agent    1300   1          -
web        -   merge_conflict      default         atlas             cancelled   -        -      1          -
`;

/** In this order: */
export const COLUMNS = [
	"value",
	"incidents",
	"attempts",
	"remediations",
	"fixed",
	"p50_s",
	"p90_s",
	"timed",
	"prevented",
	"made",
	"right",
	"corrected",
	"flaky",
] as const;

type Row = readonly [string, ...(number | null)[]];

/** In total, and by each dimension. */
export const EXPECTED: Readonly<Record<string, readonly Row[]>> = {
	total: [["", 50, 63, 38, 31, 500, 2400, 30, 24, 1, 26, 5, 3]],
	agent: [
		["atlas", 4, 9, 7, 3, 340, 1300, 3, 0, 0, 3, 0, 0],
		["blaze", 14, 16, 12, 8, 250, 1500, 7, 6, 0, 8, 1, 1],
		["bolt", 7, 12, 11, 10, 901, 3600, 10, 1, 1, 5, 0, 0],
		["cipher", 4, 4, 3, 2, 700, 710, 2, 1, 0, 2, 0, 0],
		["rex", 20, 22, 14, 8, 300, 1900, 8, 15, 0, 8, 4, 2],
	],
	failure_type: [
		["docker_build", 4, 8, 4, 4, 2400, 3600, 4, 1, 0, 1, 3, 0],
		["frontend_build", 3, 7, 3, 2, 1500, 2000, 2, 0, 0, 1, 1, 0],
		["frontend_lint", 2, 2, 2, 2, 90, 100, 2, 0, 0, 2, 0, 0],
		["frontend_test", 6, 7, 4, 2, 800, 800, 1, 5, 0, 2, 0, 1],
		["frontend_typescript", 3, 3, 3, 3, 250, 260, 3, 1, 0, 3, 0, 0],
		["infra_docker", 2, 2, 2, 2, 899, 900, 2, 0, 0, 2, 0, 0],
		["infra_helm", 5, 6, 4, 3, 360, 901, 3, 1, 1, 3, 0, 0],
		["merge_conflict", 4, 5, 3, 3, 340, 1300, 3, 0, 0, 3, 0, 0],
		["rust_build", 1, 3, 1, 1, 4200, 4200, 1, 3, 0, 0, 1, 0],
		["rust_clippy", 3, 5, 3, 2, 300, 420, 2, 2, 0, 2, 0, 0],
		["rust_fmt", 3, 3, 3, 3, 150, 180, 3, 5, 0, 3, 0, 0],
		["rust_test", 9, 8, 3, 2, 611, 1900, 2, 4, 0, 2, 0, 2],
		["security_alert", 4, 4, 3, 2, 700, 710, 2, 1, 0, 2, 0, 0],
	],
	rule: [
		["default", 4, 5, 3, 3, 340, 1300, 3, 0, 0, 3, 0, 0],
		["escalation", 0, 9, 9, 5, 2500, 4200, 5, 0, 0, 0, 0, 0],
		["frontend-files", 14, 16, 12, 8, 250, 1500, 7, 6, 0, 8, 1, 1],
		["infra-files", 7, 7, 6, 5, 899, 901, 5, 1, 1, 5, 0, 0],
		["rust-workflow", 20, 22, 14, 8, 300, 1900, 8, 15, 0, 8, 4, 2],
		["security-alerts", 4, 4, 3, 2, 700, 710, 2, 1, 0, 2, 0, 0],
	],
	repository: [
		["acme/cto", 22, 29, 16, 14, 420, 3600, 14, 15, 0, 10, 4, 2],
		["acme/infra", 11, 12, 9, 7, 710, 901, 7, 2, 1, 7, 0, 0],
		["acme/web", 17, 22, 13, 10, 260, 2000, 9, 7, 0, 9, 1, 1],
	],
	day: [
		["2026-11-17", 10, 19, 10, 9, 1900, 4200, 9, 7, 0, 5, 4, 0],
		["2026-11-18", 10, 8, 4, 3, 150, 180, 3, 8, 0, 3, 0, 2],
		["2026-11-19", 10, 14, 10, 9, 250, 2000, 8, 6, 0, 8, 1, 0],
		["2026-11-20", 10, 11, 6, 3, 900, 901, 3, 1, 0, 3, 0, 1],
		["2026-11-21", 10, 11, 8, 7, 360, 1300, 7, 2, 1, 7, 0, 0],
	],
};
