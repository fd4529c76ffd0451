import { demandStamp } from '../../scripts/build/stamp.ts';

/** No test may take an old program for that of today's sources. */
export default function setup(): void {
  demandStamp('program');
}
