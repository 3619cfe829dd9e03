import type { RequestHandler } from 'express';
import * as OpenApiValidator from 'express-openapi-validator';
import { parseYaml } from '../config/parse-yaml.js';
import type { ApiDocument } from './open-api-document.js';

type Specification = Exclude<Parameters<typeof OpenApiValidator.middleware>[0]['apiSpec'], string>;

/**
 * Middleware that checks a request against the OpenAPI file: query and path values are coerced, bodies are taken as they are.
 * With `validateResponses` replies of operations are checked too (a wrong one becomes 500 `invalid_response`), and the file
 * itself against OpenAPI's own schema.
 */
export function openValidator(
  document: ApiDocument,
  { agent, validateResponses }: { agent: string; validateResponses: boolean },
): RequestHandler[] {
  return OpenApiValidator.middleware({
    // Parsed anew, since the validator rewrites what it is given.
    apiSpec: parseYaml(document.text, `openapi/${agent}.yaml`) as Specification,
    validateApiSpec: validateResponses,
    validateRequests: { allErrors: true, coerceTypes: false, removeAdditional: false },
    validateResponses: validateResponses ? { removeAdditional: false, coerceTypes: false } : false,
    // The platform checks tokens before it reads the body.
    validateSecurity: false,
    fileUploader: false,
  });
}
