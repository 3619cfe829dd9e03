import { Router, type RequestHandler } from 'express';
import { parseYaml } from '../config/parse-yaml.js';

/** Swagger UI of one OpenAPI file; it is loaded at the first request, since most agents are never asked. */
export function docsPage(text: string, title: string): RequestHandler {
  let page: Promise<Router> | undefined;
  const load = async (): Promise<Router> => {
    const { default: swagger } = await import('swagger-ui-express');
    const document = parseYaml(text, title);
    if (typeof document !== 'object' || document === null) throw new Error(`expected a mapping in ${title}`);
    const router = Router();
    router.use(swagger.serve, swagger.setup(document, { customSiteTitle: title }));
    return router;
  };
  return async (request, response, next) => {
    // The page's own files are named relative to it.
    if (!request.originalUrl.split('?', 1)[0]?.includes('/docs/')) {
      response.redirect(301, '/docs/');
      return;
    }
    page ??= load();
    (await page)(request, response, next);
  };
}
