// The part of the package without Redis, which the throttling plugin uses as well; it has no types of its own.
declare module "bottleneck/light.js" {
	import Bottleneck from "bottleneck";
	export default Bottleneck;
}
