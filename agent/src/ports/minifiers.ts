/** Makes style sheets smaller without changing what they mean. */
export interface CssMinifier {
  /** `url` is where the source is served: relative addresses are made to mean the same from elsewhere. @throws PlatenError css.unparsable */
  minify(source: string, url: string): Promise<string>
}

/** Makes classic scripts smaller without changing what they do. */
export interface ScriptMinifier {
  /** @throws PlatenError js.unparsable */
  minify(source: string): Promise<string>
}
