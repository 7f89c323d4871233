// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A secret key with the name by which stored bytes say that it was used.
///
/// It prints as its name only, and so does everything that holds one.
public struct SecretKey: Sendable, CustomStringConvertible, CustomReflectable {
  /// The name: 1 to 32 bytes.
  public let id: String
  /// The key.
  public let bytes: [UInt8]

  /// Creates a key; `nil` where the name is empty or longer than 32 bytes.
  public init?(id: String, bytes: [UInt8]) {
    guard (1...32).contains(id.utf8.count) else { return nil }
    self.id = id
    self.bytes = bytes
  }

  /// Creates a key from its text, hexadecimal or base64; `nil` where it is neither.
  public init?(id: String, text: String) {
    guard let bytes = Self.hexadecimal(text) ?? Self.base64(text) else { return nil }
    self.init(id: id, bytes: bytes)
  }

  /// The name.
  public var description: String { "key '\(id)'" }

  /// The name: a dump of whatever holds the key shows no more.
  public var customMirror: Mirror { Mirror(self, children: ["id": id]) }

  // MARK: Text

  private static func hexadecimal(_ text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2), !digits.isEmpty else {
      return nil
    }
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8(clamping: digits[$0] << 4 | digits[$0 + 1])
    }
  }

  private static func base64(_ text: String) -> [UInt8]? {
    var digits = Array(text.utf8)
    while digits.last == UInt8(ascii: "=") { digits.removeLast() }
    guard !digits.isEmpty, digits.count % 4 != 1, text.utf8.count - digits.count <= 2 else {
      return nil
    }
    var bytes: [UInt8] = []
    var (gathered, width): (UInt32, Int) = (0, 0)
    for digit in digits {
      guard let value = base64Value(digit) else { return nil }
      gathered = gathered << 6 | value
      width += 6
      guard width >= 8 else { continue }
      width -= 8
      bytes.append(UInt8(truncatingIfNeeded: gathered >> UInt32(width)))
      gathered &= 1 << UInt32(width) - 1
    }
    return bytes
  }

  private static func base64Value(_ digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
    case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
    case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
    default: nil
    }
  }
}

extension OptionType where Value == [SecretKey] {
  /// A list of `{ id: k1, key: "${KEY}" }`: the first is used to write, all to read. Each has a
  /// number of bytes in `size`. No message ever shows a key.
  public static func secretKeys(_ size: ClosedRange<Int>) -> OptionType {
    let length = size.count == 1 ? "\(size.lowerBound)" : "\(size.lowerBound) or more"
    let expected =
      "write a list of { id: k1, key: \"${KEY}\" }, each key \(length) bytes in hexadecimal or base64"
    return OptionType(.list(.map(.secret)), show: { "\($0.map(\.id))" }) { node in
      Self.readKeys(node, size).mapError { ScalarProblem($0.what, expected: expected) }
    }
  }

  private static func readKeys(
    _ node: ConfigNode, _ size: ClosedRange<Int>
  ) -> Result<[SecretKey], KeyListProblem> {
    guard case .list(let items) = node.value, !items.isEmpty else {
      return .failure(KeyListProblem(what: "is no list of keys"))
    }
    var keys: [SecretKey] = []
    for item in items {
      guard item.fields.count == 2, let id = item.field("id")?.value.text,
        let text = item.field("key")?.value.text
      else { return .failure(KeyListProblem(what: "holds something that is no id with a key")) }
      guard let key = SecretKey(id: id, text: text), size.contains(key.bytes.count) else {
        return .failure(KeyListProblem(what: "holds a key of the wrong length or form"))
      }
      if keys.contains(where: { $0.id == id }) {
        return .failure(KeyListProblem(what: "names two keys alike"))
      }
      keys.append(key)
    }
    return .success(keys)
  }
}

/// What is wrong with a list of keys, without any part of it.
private struct KeyListProblem: Error {
  let what: String
}

extension ConfigNode {
  fileprivate var text: String? { if case .scalar(let text, _) = value { text } else { nil } }
}
