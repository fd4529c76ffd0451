/** Filling in templates. Pure. */

/**
 * A template with each `@NAME@` replaced.
 * @throws Error naming a placeholder without a value
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`expected a value for @${name}@, found none`);
    return value.trimEnd();
  });
}
