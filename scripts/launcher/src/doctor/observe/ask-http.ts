const TIMEOUT_MS = 5_000;

/** The body of an answer, whatever its status. @throws Error when there is none within five seconds. */
export async function askText(url: string): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return { status: response.status, text: await response.text() };
}

/** The JSON of an answer, whatever its status. @throws Error when there is none, or it is no JSON. */
export async function askJson(url: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, text } = await askText(url);
  try {
    return { status, body: JSON.parse(text) as unknown };
  } catch (error) {
    throw new Error(`expected JSON from ${url}, was ${JSON.stringify(text.slice(0, 60))}`, { cause: error });
  }
}
