// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The server's side of the protocol, for stand-ins of a server.
extension RESPWriter {
  /// Writes `value` as a server that speaks `version` would.
  ///
  /// What cannot be said in RESP2 is said as servers do: a map as a flat array, a boolean as 1 or
  /// 0, a double as a string, attributes not at all. Text that would break its line becomes a bulk
  /// string.
  public mutating func value(_ value: RESPValue, version: RESPVersion = .resp3) {
    switch value {
    case .null: version == .resp3 ? literal("_\r\n") : literal("$-1\r\n")
    case .simpleString(let text): line(.simpleString, text, otherwise: .bulkString)
    case .error(let error): self.error(error, version)
    case .integer(let number): integer(number)
    case .bulkString(let bytes): bytes.withUnsafeBytes { bulk($0) }
    case .array(let values): aggregate(.array, values, version)
    default: modern(value, version)
    }
  }

  /// What RESP3 added.
  private mutating func modern(_ value: RESPValue, _ version: RESPVersion) {
    let isNew = version == .resp3
    switch value {
    case .double(let number): isNew ? line(.double, number.description) : bulk(number.description)
    case .boolean(let isTrue):
      isNew ? literal(isTrue ? "#t\r\n" : "#f\r\n") : literal(isTrue ? ":1\r\n" : ":0\r\n")
    case .bigNumber(let digits): bigNumber(digits, version)
    case .verbatimString(let text): verbatim(text, version)
    case .map(let pairs): self.pairs(isNew ? .map : .array, pairs, version)
    case .set(let values): aggregate(isNew ? .set : .array, values, version)
    case .push(let values): aggregate(isNew ? .push : .array, values, version)
    case .attributed(let value, let attributes):
      if isNew { pairs(.attribute, attributes, version) }
      self.value(value, version: version)
    default: break
    }
  }

  private mutating func literal(_ text: StaticString) {
    buffer.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  private mutating func integer(_ number: Int64) {
    var pen = RESPPen(buffer.reserve(32))
    pen.put(.integer)
    if number < 0 { pen.put(UInt8(ascii: "-")) }
    pen.digits(number.magnitude)
    pen.lineBreak()
    buffer.commit(pen.count)
  }

  private mutating func error(_ error: RESPError, _ version: RESPVersion) {
    guard version == .resp2 else { return line(.simpleError, error.message, otherwise: .bulkError) }
    line(.simpleError, String(error.message.map { $0.isNewline ? " " : $0 }))
  }

  /// A line, or the payload of `bulkType` when `text` would not stay on one.
  private mutating func line(
    _ type: UInt8, _ text: String, otherwise bulkType: UInt8 = .bulkString
  ) {
    let bytes = Array(text.utf8)
    let fits = bytes.count <= 1024 && !bytes.contains(0x0D) && !bytes.contains(0x0A)
    bytes.withUnsafeBytes { bytes in
      guard fits else { return bulk(bytes, as: bulkType) }
      var pen = RESPPen(buffer.reserve(bytes.count + 3))
      pen.put(type)
      pen.put(bytes)
      pen.lineBreak()
      buffer.commit(pen.count)
    }
  }

  private mutating func bigNumber(_ digits: String, _ version: RESPVersion) {
    let isNumber = Array(digits.utf8).withUnsafeBytes { RESPDecimal.isInteger($0) }
    version == .resp3 && isNumber ? line(.bigNumber, digits) : bulk(digits)
  }

  private mutating func verbatim(_ verbatim: RESPVerbatimString, _ version: RESPVersion) {
    let format = Array((verbatim.format.utf8 + Array("   ".utf8)).prefix(3))
    let whole = version == .resp3 ? format + [0x3A] + verbatim.text : verbatim.text
    whole.withUnsafeBytes { bulk($0, as: version == .resp3 ? .verbatimString : .bulkString) }
  }

  private mutating func aggregate(_ type: UInt8, _ values: [RESPValue], _ version: RESPVersion) {
    header(type, values.count)
    for value in values { self.value(value, version: version) }
  }

  private mutating func pairs(_ type: UInt8, _ pairs: [RESPPair], _ version: RESPVersion) {
    header(type, type == .array ? 2 * pairs.count : pairs.count)
    for pair in pairs {
      value(pair.key, version: version)
      value(pair.value, version: version)
    }
  }
}
