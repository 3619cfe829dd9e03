export function withoutLineEnd(text: string): string;
export function cookieSecretOf(text: string): string;
