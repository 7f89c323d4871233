// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

extension RESPValue {
  /// Whether there is no value.
  public var isNull: Bool { bare == .null }

  /// The error, if it is one.
  public var error: RESPError? {
    if case .error(let error) = bare { error } else { nil }
  }

  /// The bytes of a string of any kind; nil for anything else.
  public var bytes: [UInt8]? {
    switch bare {
    case .bulkString(let bytes): bytes
    case .simpleString(let text), .bigNumber(let text): Array(text.utf8)
    case .verbatimString(let verbatim): verbatim.text
    default: nil
    }
  }

  /// The text of a string of any kind, repaired where it is not UTF-8; nil for anything else.
  public var string: String? {
    switch bare {
    case .bulkString(let bytes): String(decoding: bytes, as: UTF8.self)
    case .simpleString(let text), .bigNumber(let text): text
    case .verbatimString(let verbatim): String(decoding: verbatim.text, as: UTF8.self)
    default: nil
    }
  }

  /// An integer, a string that is one in decimal, or a boolean as 1 or 0.
  public var integer: Int64? {
    switch bare {
    case .integer(let number): number
    case .boolean(let isTrue): isTrue ? 1 : 0
    default: bytes.flatMap { text in text.withUnsafeBytes { RESPDecimal.integer($0) } }
    }
  }

  /// A double, an integer, or a string that is a number.
  public var double: Double? {
    switch bare {
    case .double(let number): number
    case .integer(let number): Double(number)
    default: bytes.flatMap { text in text.withUnsafeBytes { RESPDecimal.double($0) } }
    }
  }

  /// A boolean, or the integers 1 and 0 that RESP2 has in its place.
  public var boolean: Bool? {
    switch bare {
    case .boolean(let isTrue): isTrue
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }

  /// The values of an array, set or push; nil for anything else.
  public var elements: [RESPValue]? {
    switch bare {
    case .array(let values), .set(let values), .push(let values): values
    default: nil
    }
  }

  /// The pairs of a map, or of the flat array that RESP2 has in its place.
  public var pairs: [RESPPair]? {
    switch bare {
    case .map(let pairs): pairs
    case .array(let values) where values.count % 2 == 0:
      stride(from: 0, to: values.count, by: 2).map { RESPPair(values[$0], values[$0 + 1]) }
    default: nil
    }
  }

  /// The value at `index` of an array, set or push; nil where there is none.
  public subscript(index: Int) -> RESPValue? {
    guard let elements, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The value of the first pair whose key is the string `key`; linear in the number of pairs.
  public subscript(key: String) -> RESPValue? {
    let wanted = Array(key.utf8)
    return pairs?.first { $0.key.bytes == wanted }?.value
  }

  /// The value without its attributes.
  public var bare: RESPValue {
    if case .attributed(let value, _) = self { value.bare } else { self }
  }
}
