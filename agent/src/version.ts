/** This build's version, as `hello`, `status` and `enrol` say it. */
export const agentVersion = '0.1.0'
