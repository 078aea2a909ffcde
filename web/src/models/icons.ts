// Names of icons that models commonly have.
export const icons = ['default', 'host', 'switch2', 'router', 'firewall', 'balance', 'database', 'rack', 'business', 'module', 'set', 'process', 'middleware', 'network', 'cloud', 'storage', 'user', 'file'].map((it) => `icon-cc-${it}`)
