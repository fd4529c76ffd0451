import type { JsonErrorCode } from './aws-errors.ts';
import type { CloudTrailRecord } from './cloudtrail.ts';
import type { EmulatorConfig } from './config.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { handleJson } from './json-api.ts';
import { handleQuery } from './query-api.ts';
import type { Store } from './store.ts';

/** What the API answers from. */
export interface ApiContext {
  readonly config: EmulatorConfig;
  readonly store: Store;
  /** Makes request and event ids. */
  readonly newId: () => string;
  /** When temporary credentials were issued, Unix seconds. */
  readonly issuedAt: number;
  /** An error that was switched on: the call is identified and recorded, then fails with it. */
  readonly forcedError?: JsonErrorCode;
}

/** The answer, and what CloudTrail says about the call; a request that is no call has no record. */
export interface ApiAnswer {
  readonly response: HttpResponse;
  readonly record?: CloudTrailRecord;
}

/** Answers EC2 Instance Connect (AWS JSON 1.1) and EC2 (query) on one endpoint; `now` in Unix seconds. */
export function handleApi(request: HttpRequest, context: ApiContext, now: number): ApiAnswer {
  const type = request.headers['content-type'] ?? '';
  const isQuery = type.startsWith('application/x-www-form-urlencoded');
  return isQuery ? handleQuery(request, context, now) : handleJson(request, context, now);
}
