// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Copies a value out of an accepted frame in one pass.
struct RESPDecoder {
  private let base: UnsafeRawPointer
  private let end: Int
  private let reader: RESPReader
  private let keepsAttributes: Bool
  private var position: Int

  init(base: UnsafeRawPointer, end: Int, position: Int, keepsAttributes: Bool) {
    self.base = base
    self.end = end
    self.position = position
    self.keepsAttributes = keepsAttributes
    reader = RESPReader(base: base, end: end)
  }

  /// The value at the position, which moves behind it.
  mutating func value() -> RESPValue {
    next() ?? .null
  }

  /// Recurses once per level of nesting, which the limits hold to 128; nil at an end mark.
  private mutating func next() -> RESPValue? {
    var attributes: [RESPPair] = []
    while let token = reader.token(at: position) {
      position = token.next
      guard token.type == .attribute else {
        guard let value = value(of: token) else { return nil }
        return attributes.isEmpty ? value : .attributed(value, attributes: attributes)
      }
      let more = pairs(token)
      if keepsAttributes { attributes += more }
    }
    return nil
  }

  private mutating func value(of token: RESPToken) -> RESPValue? {
    switch token.type {
    case .end: nil
    case .array: .array(values(token))
    case .set: .set(values(token))
    case .push: .push(values(token))
    case .map: .map(pairs(token))
    case .bulkString where token.isStreamed: .bulkString(chunks())
    default: scalar(token)
    }
  }

  private func scalar(_ token: RESPToken) -> RESPValue {
    let payload = token.text(in: base)
    switch token.type {
    case .bulkString: return .bulkString([UInt8](payload))
    case .integer: return .integer(token.value)
    case .simpleString: return .simpleString(String(decoding: payload, as: UTF8.self))
    case .simpleError, .bulkError:
      return .error(RESPError(message: String(decoding: payload, as: UTF8.self)))
    case .boolean: return .boolean(token.value == 1)
    case .double: return RESPDecimal.double(payload).map { .double($0) } ?? .null
    case .bigNumber: return .bigNumber(String(decoding: payload, as: UTF8.self))
    case .verbatimString where token.length >= 4: return .verbatimString(verbatim(payload))
    default: return .null
    }
  }

  private func verbatim(_ payload: UnsafeRawBufferPointer) -> RESPVerbatimString {
    RESPVerbatimString(
      format: String(decoding: payload.prefix(3), as: UTF8.self),
      text: [UInt8](payload.dropFirst(4)))
  }

  private mutating func values(_ token: RESPToken) -> [RESPValue] {
    var values: [RESPValue] = []
    if !token.isStreamed { values.reserveCapacity(token.length) }
    while token.isStreamed || values.count < token.length, let value = next() {
      values.append(value)
    }
    return values
  }

  private mutating func pairs(_ token: RESPToken) -> [RESPPair] {
    var pairs: [RESPPair] = []
    if !token.isStreamed { pairs.reserveCapacity(token.length / 2) }
    while token.isStreamed || pairs.count < token.length / 2, let key = next() {
      pairs.append(RESPPair(key, next() ?? .null))
    }
    return pairs
  }

  private mutating func chunks() -> [UInt8] {
    var bytes: [UInt8] = []
    while let chunk = reader.token(at: position), chunk.type == .chunk {
      position = chunk.next
      guard chunk.length > 0 else { break }
      bytes.append(
        contentsOf: UnsafeRawBufferPointer(start: base + chunk.start, count: chunk.length))
    }
    return bytes
  }
}
