// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import RESP

/// Random values, and the many ways in which the wire may spell each of them.
struct WireForms {
  var dice: Dice

  init(seed: UInt64) { dice = Dice(seed: seed) }

  /// A random value without a push in it; `depth` levels at most.
  mutating func value(depth: Int = 4) -> RESPValue {
    switch dice.below(depth > 0 ? 14 : 10) {
    case 0: return .null
    case 1: return .simpleString(text())
    case 2: return .error(RESPError(message: "ERR " + text()))
    case 3: return .integer(dice.pick([0, 1, -1, .min, .max, Int64(bitPattern: dice.next())]))
    case 4: return .bulkString(dice.bytes(upTo: 40))
    case 5: return .bulkString(dice.bytes(upTo: 3000))
    case 6: return .double(double())
    case 7: return .boolean(dice.oneIn(2))
    case 8: return .bigNumber(dice.pick(["", "-", "+"]) + digits())
    case 9: return .verbatimString(RESPVerbatimString(format: "mkd", text: dice.bytes(upTo: 30)))
    case 10: return .array(values(depth))
    case 11: return .set(values(depth))
    case 12: return .map(pairs(depth))
    default: return .attributed(bareValue(depth), attributes: pairs(depth) + [somePair()])
    }
  }

  private mutating func bareValue(_ depth: Int) -> RESPValue { value(depth: depth - 1).bare }

  private mutating func somePair() -> RESPPair { RESPPair(.simpleString("ttl"), .integer(60)) }

  private mutating func values(_ depth: Int) -> [RESPValue] {
    (0..<dice.below(6)).map { _ in value(depth: depth - 1) }
  }

  private mutating func pairs(_ depth: Int) -> [RESPPair] {
    (0..<dice.below(4)).map { _ in RESPPair(value(depth: depth - 1), value(depth: depth - 1)) }
  }

  private mutating func text() -> String {
    String((0..<dice.below(20)).map { _ in dice.pick(Array("abcXYZ 019*:$%-é")) })
  }

  private mutating func digits() -> String {
    String((0...dice.below(60)).map { _ in dice.pick(Array("0123456789")) })
  }

  private mutating func double() -> Double {
    dice.pick([
      0, -0.0, 3.25, Double.leastNonzeroMagnitude, .infinity, -.infinity, 1.7e308,
      Double(dice.next()) / 3,
    ])
  }

  /// The bytes of `value` in one of the forms that RESP3 allows, streamed ones included.
  mutating func bytes(of value: RESPValue) -> [UInt8] {
    switch value {
    case .null: return Array(dice.pick(["_\r\n", "$-1\r\n", "*-1\r\n"]).utf8)
    case .bulkString(let bytes) where dice.oneIn(3): return streamed(bytes)
    case .array(let values): return aggregate("*", values, count: values.count)
    case .set(let values): return aggregate("~", values, count: values.count)
    case .map(let pairs): return aggregate("%", flat(pairs), count: pairs.count)
    case .attributed(let value, let attributes): return attributed(value, attributes)
    case .error(let error) where dice.oneIn(3):
      return line("!\(error.message.utf8.count)") + Array(error.message.utf8) + line("")
    case .integer(let number) where number >= 0 && dice.oneIn(4): return line(":+00\(number)")
    case .double(let number) where number == 3.25: return line(dice.pick([",3.25", ",+325e-2"]))
    case .double(.infinity): return line(dice.pick([",inf", ",+INF"]))
    default: return plain(value)
    }
  }

  private func plain(_ value: RESPValue) -> [UInt8] {
    var writer = RESPWriter()
    writer.value(value)
    return writer.withUnsafeBytes { [UInt8]($0) }
  }

  private func line(_ text: String) -> [UInt8] { Array((text + "\r\n").utf8) }

  private func flat(_ pairs: [RESPPair]) -> [RESPValue] { pairs.flatMap { [$0.key, $0.value] } }

  private mutating func aggregate(_ type: String, _ values: [RESPValue], count: Int) -> [UInt8] {
    let isStreamed = dice.oneIn(3)
    let body = values.flatMap { bytes(of: $0) }
    return isStreamed ? line(type + "?") + body + line(".") : line(type + String(count)) + body
  }

  private mutating func streamed(_ bytes: [UInt8]) -> [UInt8] {
    var (rest, wire) = (bytes[...], line("$?"))
    while !rest.isEmpty {
      let chunk = rest.prefix(1 + dice.below(rest.count))
      wire += line(";\(chunk.count)") + chunk + line("")
      rest = rest.dropFirst(chunk.count)
    }
    return wire + line(";0")
  }

  /// The attributes before their value, in one map or in two.
  private mutating func attributed(_ value: RESPValue, _ attributes: [RESPPair]) -> [UInt8] {
    let cut = dice.below(attributes.count + 1)
    let parts = [attributes[..<cut], attributes[cut...]].filter { !$0.isEmpty || dice.oneIn(2) }
    let maps = parts.map { line("|\($0.count)") + flat(Array($0)).flatMap { bytes(of: $0) } }
    return maps.flatMap { $0 } + bytes(of: value)
  }
}

extension RESPValue {
  /// The value with attributes nowhere in it, which is how they are read unless asked for.
  var withoutAttributes: RESPValue {
    switch self {
    case .attributed(let value, _): value.withoutAttributes
    case .array(let values): .array(values.map(\.withoutAttributes))
    case .set(let values): .set(values.map(\.withoutAttributes))
    case .push(let values): .push(values.map(\.withoutAttributes))
    case .map(let pairs):
      .map(pairs.map { RESPPair($0.key.withoutAttributes, $0.value.withoutAttributes) })
    default: self
    }
  }
}
