export function prepareSecrets(folder: string, say: (line: string) => void): void;
