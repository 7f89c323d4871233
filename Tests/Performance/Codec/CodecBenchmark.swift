// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BenchmarkKit
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

func compare<Value: Codable & Sendable>(
  _ run: BenchmarkRun, _ name: String, _ value: Value, calls: Int
) throws {
  let codec = BinaryCodec()
  let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
  let bytes = try codec.encode(value)
  let json = try encoder.encode(value)
  try run.compare(
    "codec/encode/\(name)", calls: calls, with: "JSONEncoder", peerCalls: calls / 4
  ) {
    blackHole(try codec.encode(value))
  } peer: {
    blackHole(try encoder.encode(value))
  }
  try run.compare(
    "codec/decode/\(name)", calls: calls, with: "JSONDecoder", peerCalls: calls / 4
  ) {
    blackHole(try codec.decode(Value.self, from: bytes))
  } peer: {
    blackHole(try decoder.decode(Value.self, from: json))
  }
  run.record(
    "codec/size/\(name)", Double(bytes.count), .bytes, peer: ("JSON", Double(json.count)))
}

@main
struct CodecBenchmark {
  static func main() throws {
    let run = BenchmarkRun()
    let person = Person(
      id: 81_234, name: "Ada Lovelace", score: 99.5, isActive: true, email: "ada@example.com")
    try compare(run, "person", person, calls: 40_000)
    let people = (0..<100).map { number in
      var person = person
      person.id = number
      return person
    }
    try compare(run, "team-of-100", Team(name: "Analytical", people: people), calls: 800)
    try compare(run, "words", (0..<100).map { "word \($0)" }, calls: 4_000)
    try compare(
      run, "dictionary", Dictionary(uniqueKeysWithValues: people.map { ("\($0.id)", $0) }),
      calls: 800)
    try compareByHand(run, person)
  }

  static func compareByHand(_ run: BenchmarkRun, _ person: Person) throws {
    let codec = BinaryCodec()
    let (bytes, raw) = (try codec.encode(person), ByHand.encode(person))
    try run.compare("codec/encode/by-hand", calls: 40_000, with: "by hand") {
      blackHole(try codec.encode(person))
    } peer: {
      blackHole(ByHand.encode(person))
    }
    try run.compare("codec/decode/by-hand", calls: 40_000, with: "by hand") {
      blackHole(try codec.decode(Person.self, from: bytes))
    } peer: {
      blackHole(ByHand.decode(raw))
    }
  }
}
