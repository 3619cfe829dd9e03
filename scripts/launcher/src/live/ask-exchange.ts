import { answerQuestion } from './exchange-question.js';

const [, , ...argv] = process.argv;
const apiUrl = process.env[`${(argv[1] ?? '').toUpperCase()}_API_URL`];
process.stdout.write(JSON.stringify(await answerQuestion(argv, apiUrl)), () => {
  process.exit(0);
});
