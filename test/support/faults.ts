import { Fault } from '../../src/verdict/fault.ts';

/** The fault with which this ends; anything else that happens is an error. */
export async function faultOf(work: () => unknown): Promise<Fault> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('expected a fault, got none');
}
