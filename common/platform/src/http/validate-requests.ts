import type { RequestHandler } from 'express';
// Imported by its parts: its entry point compiles OpenAPI's own schema at each start, 0.3 s and some megabytes an agent. The
// version is pinned, and a test holds both ways of loading to the same answers.
import { OpenApiSpecLoader, type Spec } from 'express-openapi-validator/dist/framework/openapi.spec.loader.js';
import { OpenApiValidator } from 'express-openapi-validator/dist/openapi.validator.js';
import { parseYaml } from '../config/parse-yaml.js';
import { expressPath, type ApiDocument } from './open-api-document.js';

/**
 * Middleware that checks a request against the OpenAPI file: query and path values are coerced, bodies are taken as they are.
 * With `validateResponses` replies of operations are checked too (a wrong one becomes 500 `invalid_response`), and the file
 * itself against OpenAPI's own schema.
 */
export function openValidator(
  document: ApiDocument,
  { agent, validateResponses }: { agent: string; validateResponses: boolean },
): RequestHandler[] {
  // Parsed anew, since the validator rewrites what it is given.
  const apiDoc = parseYaml(document.text, `openapi/${agent}.yaml`) as Spec['apiDoc'];
  const validator = new OpenApiValidator({
    apiSpec: apiDoc,
    validateRequests: { allErrors: true, coerceTypes: false, removeAdditional: false },
    validateResponses: validateResponses ? { removeAdditional: false, coerceTypes: false } : false,
    // The platform checks tokens before it reads the body.
    validateSecurity: false,
    fileUploader: false,
  });
  const spec = validateResponses ? loadChecked(apiDoc) : Promise.resolve(specOf(document, apiDoc));
  return validator.installMiddleware(spec);
}

/** The validator's own loading: slower, and it checks the file. */
function loadChecked(apiDoc: Spec['apiDoc']): Promise<Spec> {
  return new OpenApiSpecLoader({ apiDoc, validateApiSpec: true, $refParser: { mode: 'bundle' } }).load();
}

/** What the loader makes of a self-contained file whose server is `/`. */
function specOf(document: ApiDocument, apiDoc: Spec['apiDoc']): Spec {
  const routes = document.operations.map(({ method, path }) => ({
    basePath: '',
    expressRoute: expressPath(path),
    openApiRoute: path,
    method: method.toUpperCase(),
    pathParams: [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? ''),
  }));
  return { apiDoc, basePaths: [''], routes, serial: 1 };
}
