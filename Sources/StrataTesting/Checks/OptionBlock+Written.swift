// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension OptionBlock {
  /// A block of scalar options as a file would have it, for tests: `["ttl": "30s"]`.
  public static func written(_ options: [String: String]) -> OptionBlock {
    let place = SourceLocation(file: "<test>", line: 1, column: 1)
    let fields = options.sorted { $0.key < $1.key }.map { key, value in
      ConfigNode.Field(
        key: key, location: place, value: ConfigNode(.scalar(value, quoted: false), at: place))
    }
    return OptionBlock(ConfigNode(.map(fields), at: place), path: "test")
  }
}
