/** Grants that one request may ask for. With the longest names they fit into the bounds of a request and of its answer. */
export const mostAtOnce = 16
