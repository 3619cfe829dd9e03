/** Calls other agents by name: base URL from `<AGENT>_URL`, service token and trace context added, problem+json turned into errors. */
export interface AgentHttpClient {
  /**
   * @throws TransientError for connection failures, time-outs, 409 with code `behind`, 429, 503; PermanentError for other 4xx;
   * the message names agent, method, path, status and the problem's title.
   */
  call<Body>(request: {
    agent: string;
    method: 'GET' | 'POST';
    path: string;
    body?: unknown;
    traceId: string;
    requestId?: string;
    idempotencyKey?: string;
    timeoutMs?: number;
  }): Promise<{ status: number; body: Body }>;
}
