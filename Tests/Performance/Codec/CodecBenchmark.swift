// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Foundation
import StrataCore

/// Five fields, as most cached values have.
struct Person: Codable, Sendable {
  var id: Int
  var name: String
  var score: Double
  var isActive: Bool
  var email: String
}

struct Team: Codable, Sendable {
  var name: String
  var people: [Person]
}

/// The least a coder can do for `Person`: what a macro would generate, without any checks.
enum ByHand {
  static func encode(_ person: Person) -> [UInt8] {
    let (name, email) = (person.name.utf8, person.email.utf8)
    return [UInt8](unsafeUninitializedCapacity: 19 + name.count + email.count) { buffer, count in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      bytes.storeBytes(of: person.id, toByteOffset: 0, as: Int.self)
      bytes.storeBytes(of: person.score, toByteOffset: 8, as: Double.self)
      bytes.storeBytes(of: person.isActive, toByteOffset: 16, as: Bool.self)
      var offset = 17
      for text in [name, email] {
        bytes[offset] = UInt8(truncatingIfNeeded: text.count)
        UnsafeMutableRawBufferPointer(rebasing: bytes[(offset + 1)...]).copyBytes(from: text)
        offset += 1 + text.count
      }
      count = offset
    }
  }

  static func decode(_ bytes: [UInt8]) -> Person {
    bytes.withUnsafeBytes { bytes in
      let nameEnd = 18 + Int(bytes[17])
      return Person(
        id: bytes.loadUnaligned(fromByteOffset: 0, as: Int.self),
        name: String(decoding: bytes[18..<nameEnd], as: UTF8.self),
        score: bytes.loadUnaligned(fromByteOffset: 8, as: Double.self), isActive: bytes[16] != 0,
        email: String(decoding: bytes[(nameEnd + 1)...], as: UTF8.self))
    }
  }
}

@inline(never) @_optimize(none)
func consume<Value>(_ value: Value) {}

/// The shortest of five runs, in nanoseconds per call.
func nanoseconds(_ calls: Int, _ body: () throws -> Void) rethrows -> Double {
  var best = Double.infinity
  for _ in 0..<5 {
    let start = DispatchTime.now().uptimeNanoseconds
    for _ in 0..<calls { try body() }
    let took = Double(DispatchTime.now().uptimeNanoseconds - start)
    best = min(best, took / Double(calls))
  }
  return best
}

func report(_ name: String, _ value: Double, _ peer: String, _ peerValue: Double, unit: String) {
  let line: [String: Any] = [
    "name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peerValue,
    "ratio": value / peerValue,
  ]
  let data = try? JSONSerialization.data(withJSONObject: line, options: [.sortedKeys])
  print(data.map { String(decoding: $0, as: UTF8.self) } ?? "")
}

func compare<Value: Codable & Sendable>(_ name: String, _ value: Value, calls: Int) throws {
  let codec = BinaryCodec()
  let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
  let bytes = try codec.encode(value)
  let json = try encoder.encode(value)
  report(
    "codec/encode/\(name)", try nanoseconds(calls) { consume(try codec.encode(value)) },
    "JSONEncoder", try nanoseconds(calls / 4) { consume(try encoder.encode(value)) }, unit: "ns")
  report(
    "codec/decode/\(name)",
    try nanoseconds(calls) { consume(try codec.decode(Value.self, from: bytes)) },
    "JSONDecoder",
    try nanoseconds(calls / 4) { consume(try decoder.decode(Value.self, from: json)) },
    unit: "ns")
  report("codec/size/\(name)", Double(bytes.count), "JSON", Double(json.count), unit: "bytes")
}

@main
struct CodecBenchmark {
  static func main() throws {
    let person = Person(
      id: 81_234, name: "Ada Lovelace", score: 99.5, isActive: true, email: "ada@example.com")
    try compare("person", person, calls: 40_000)
    let people = (0..<100).map { number in
      var person = person
      person.id = number
      return person
    }
    try compare("team-of-100", Team(name: "Analytical", people: people), calls: 800)
    try compare("words", (0..<100).map { "word \($0)" }, calls: 4_000)
    try compare(
      "dictionary", Dictionary(uniqueKeysWithValues: people.map { ("\($0.id)", $0) }), calls: 800)
    let codec = BinaryCodec()
    let (bytes, raw) = (try codec.encode(person), ByHand.encode(person))
    report(
      "codec/encode/by-hand", try nanoseconds(40_000) { consume(try codec.encode(person)) },
      "by hand", nanoseconds(40_000) { consume(ByHand.encode(person)) }, unit: "ns")
    report(
      "codec/decode/by-hand",
      try nanoseconds(40_000) { consume(try codec.decode(Person.self, from: bytes)) },
      "by hand", nanoseconds(40_000) { consume(ByHand.decode(raw)) }, unit: "ns")
  }
}
