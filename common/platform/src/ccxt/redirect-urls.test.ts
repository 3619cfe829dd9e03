import { expect, test } from 'vitest';
import { redirectUrls } from './redirect-urls.js';

test('paths are kept, and a socket keeps its host as the first part of its path', () => {
  const urls = {
    public: 'https://api.venue.com/api/v3/',
    ws: { feed: 'wss://stream.venue.com:9443/ws', off: undefined },
    flag: true,
  };
  expect(redirectUrls(urls, 'http://127.0.0.1:8080/')).toEqual({
    public: 'http://127.0.0.1:8080/api/v3',
    ws: { feed: 'ws://127.0.0.1:8080/stream.venue.com/ws', off: undefined },
    flag: true,
  });
});
