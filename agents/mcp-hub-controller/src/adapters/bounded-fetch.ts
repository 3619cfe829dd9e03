/** fetch whose answers end with an error above `mostBytes`, so that no server can fill this process' memory. */
export function boundedFetch(mostBytes: number): typeof fetch {
  return async (target, init) => {
    const response = await fetch(target, init);
    if (response.body === null) return response;
    let length = 0;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          length += chunk.length;
          if (length > mostBytes) {
            controller.error(new Error(`expected an answer of at most ${String(mostBytes)} bytes, was more`));
          } else controller.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = response;
    return new Response(counted, { status, statusText, headers });
  };
}
