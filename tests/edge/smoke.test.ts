import { test } from 'vitest';
import { EdgeStand, OWNER } from './support/edge-stand.js';
import { askEdge } from './support/edge-request.js';
import { signInByHttp } from './support/sign-in.js';
test('smoke', async () => {
  const stand = await EdgeStand.start();
  try {
    console.log(await askEdge(stand.request('app', { path: '/pnl/status' })));
    const s = await signInByHttp({
      port: stand.pair.ports.websecure,
      ca: stand.certificates.authority,
      host: 'app.octant.test',
      email: OWNER,
      path: '/pnl/status',
    });
    console.log(s);
    console.log(await askEdge(stand.request('app', { path: '/pnl/status', headers: { cookie: s.cookie } })));
  } finally {
    console.log(stand.pair.traefik.output.slice(0, 6000));
    console.log(stand.pair.oauth2Proxy.output);
    await stand.stop();
  }
}, 100000);
