// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// Values are what a cache keeps for others: a description says their shape and never shows them.
extension RESPValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The type and size of the value.
  public var description: String {
    switch self {
    case .null: "null"
    case .simpleString(let text): "simple string of \(text.utf8.count) bytes"
    case .error(let error): "error \(error)"
    case .integer: "integer"
    case .bulkString(let bytes): "bulk string of \(bytes.count) bytes"
    case .array(let values): "array of \(values.count)"
    case .double: "double"
    case .boolean: "boolean"
    case .bigNumber(let digits): "big number of \(digits.utf8.count) digits"
    case .verbatimString(let verbatim): "verbatim string of \(verbatim.text.count) bytes"
    case .map(let pairs): "map of \(pairs.count)"
    case .set(let values): "set of \(values.count)"
    case .push(let values): "push of \(values.count)"
    case .attributed(let value, let attributes): "\(value) with \(attributes.count) attributes"
    }
  }

  /// The same as `description`.
  public var debugDescription: String { description }

  /// Shows the description only.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension RESPVerbatimString: CustomStringConvertible, CustomReflectable {
  /// The size of the text.
  public var description: String { "verbatim string of \(text.count) bytes" }

  /// Shows the description only.
  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
