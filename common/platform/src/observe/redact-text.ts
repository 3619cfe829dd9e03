import { redacted } from '../config/secret.js';

const telling =
  'password|passwd|passphrase|secret|token|authorization|cookie|api_?-?key|e-?mail|user_?name|real_?name|display_?name';
const key = String.raw`[^"\\]{0,60}(?:${telling})[^"\\]{0,60}`;
/** JSON string members whose key says that the value is a secret or personal. */
const secretMember = new RegExp(String.raw`"(${key})":"(?:[^"\\]|\\.)*"`, 'gi');
/** The same in JSON that was put into a string. */
const nestedMember = new RegExp(String.raw`\\"(${key})\\":\s?\\"[^"\\]*\\"`, 'gi');
const urlCredentials = /:\/\/[^/?#\s"@]{0,200}:[^/?#\s"@]{1,200}@/g;
const emailAddress = /[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){0,8}\.[A-Za-z]{2,24}\b/g;
const bearer = /\b(Bearer|Basic) [\w.~+/=-]{8,}/g;

/**
 * Makes the function that every log line goes through. It blots out, wherever they stand in the JSON text: the given
 * secret values (raw and as JSON writes them), members with a telling key, credentials in URLs, authorization values and
 * e-mail addresses.
 */
export function redactor(secrets: readonly string[]): (line: string) => string {
  const known = [...new Set(secrets.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length);
  return (line) => {
    let text = line;
    for (const secret of known) {
      if (text.includes(secret)) text = text.replaceAll(secret, redacted);
    }
    text = text
      .replace(secretMember, `"$1":"${redacted}"`)
      .replace(nestedMember, String.raw`\"$1\":\"${redacted}\"`)
      .replace(bearer, `$1 ${redacted}`);
    if (!text.includes('@')) return text;
    return text.replace(urlCredentials, `://${redacted}@`).replace(emailAddress, redacted);
  };
}
