import { demandStamp } from '../../scripts/build/stamp.ts';

/** No test may take old packages or repositories for those of today's sources. */
export default function setup(): void {
  demandStamp('packages');
  demandStamp('repositories');
}
