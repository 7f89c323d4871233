// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension OptionBlock {
  /// A plugin's block as a test writes it: `OptionBlock(written: ["wait": "2s"])`.
  public init(written options: KeyValuePairs<String, String>) {
    let place = SourceLocation(file: "<test>", line: 1, column: 1)
    let fields = options.map { name, text in
      ConfigNode.Field(
        key: name, location: place, value: ConfigNode(.scalar(text, quoted: false), at: place))
    }
    self.init(ConfigNode(.map(fields), at: place), path: "test")
  }
}
