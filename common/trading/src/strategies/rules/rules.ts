import { assertParameters } from '../parameter-spec.js';
import type { Strategy } from '../strategy.js';
import { planRules, warmupOf } from './plan-rules.js';
import type { RuleDefinition } from './rule-definition.js';
import { RulesRun } from './rules-run.js';

export const RULES = 'rules';

/**
 * The strategy that a rule file describes: it buys while `entry` and `regime` hold and `exit` does not, and sells while
 * `exit` holds. A condition that hangs on a value that is not there yet does not hold, and nothing is said before all
 * indicators are warm. An entry whose stop is not below the close, whose target is not above it, or whose trailing
 * distance is not above 0, is none.
 *
 * @throws RangeError naming the key, with what was expected there, when the file cannot be used.
 */
export function rulesStrategy(rules: RuleDefinition): Strategy {
  const plan = planRules(rules);
  if ('problems' in plan) {
    const texts = plan.problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new RangeError(texts.join('\n'));
  }
  return {
    kind: RULES,
    describe: 'Buys and sells by the conditions of its file.',
    parameters: plan.parameters,
    warmup: (parameters) => warmupOf(plan, parameters),
    start(parameters) {
      assertParameters(plan.parameters, parameters);
      return new RulesRun(plan, parameters);
    },
  };
}
