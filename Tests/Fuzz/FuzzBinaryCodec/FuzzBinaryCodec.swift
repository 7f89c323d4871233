// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import StrataCore

/// Any bytes at all are decoded, as the type that the first byte chooses. They must be refused, or
/// give a value; and what the value is encoded to must give the same bytes again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBinaryCodec(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: bytes, count: count)
  guard let choice = input.first else { return 0 }
  let body = Array(input.dropFirst())
  switch choice % 6 {
  case 0: check(Record.self, body)
  case 1: check([Shape].self, body)
  case 2: check([String: [Int128?]].self, body)
  case 3: check(Chain.self, body)
  case 4: check([[UInt8]].self, body)
  default: check(Loose.self, body)
  }
  return 0
}

private func check<Value: Codable & Sendable>(_ type: Value.Type, _ body: [UInt8]) {
  let codec = BinaryCodec()
  let check = UInt32(truncatingIfNeeded: SchemaFingerprint.of(type))
  let payload = (0..<4).map { UInt8(truncatingIfNeeded: check >> ($0 * 8)) } + body
  guard let value = try? codec.decode(type, from: payload) else { return }
  guard let written = try? codec.encode(value) else { preconditionFailure("not encodable") }
  guard let again = try? codec.decode(type, from: written) else {
    preconditionFailure("what was written cannot be read")
  }
  let rewritten = try? codec.encode(again)
  precondition(rewritten == written, "the second writing differs")
}

private struct Record: Codable, Sendable {
  var id: Int
  var name: String
  var ratio: Double?
  var small: Float
  var flags: [Bool]
  var inner: [Record]
  var level: UInt8
}

private indirect enum Shape: Codable, Sendable {
  case dot
  case circle(radius: Double)
  case group([Shape], label: String?)
}

private indirect enum Chain: Codable, Sendable {
  case end
  case link(Int8, Chain)
}

/// Reads in another order than it writes, asks for all keys, and tries types.
private struct Loose: Codable, Sendable {
  var names: [String]
  var value: Int?
  var text: String?

  enum CodingKeys: CodingKey { case names, value }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    value = try? container.decode(Int.self, forKey: .value)
    text = value == nil ? try container.decodeIfPresent(String.self, forKey: .value) : nil
    names = container.allKeys.map(\.stringValue)
    var list = try container.nestedUnkeyedContainer(forKey: .names)
    while !list.isAtEnd { names.append(try list.decode(String.self)) }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    var list = container.nestedUnkeyedContainer(forKey: .names)
    if let text {
      try container.encode(text, forKey: .value)
    } else {
      try container.encodeIfPresent(value, forKey: .value)
    }
    for name in names.filter({ $0 != "names" && $0 != "value" }) { try list.encode(name) }
  }
}
