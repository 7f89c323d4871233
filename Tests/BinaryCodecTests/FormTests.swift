// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import BinaryCodec
import Foundation
import StrataCore
import Testing

@Suite("Binary codec: the form")
struct FormTests {
  /// Everything behind the four bytes of the fingerprint, in hexadecimal.
  private func body<Value: Encodable & Sendable>(_ value: Value) throws -> String {
    let bytes = try BinaryCodec().encode(value)
    return bytes.dropFirst(4).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
      .joined()
  }

  @Test func `values are the CBOR of RFC 8949, appendix A`() throws {
    #expect(try body(0) == "00")
    #expect(try body(23) == "17")
    #expect(try body(24) == "1818")
    #expect(try body(1000) == "1903e8")
    #expect(try body(1_000_000) == "1a000f4240")
    #expect(try body(1_000_000_000_000) == "1b000000e8d4a51000")
    #expect(try body(-1) == "20")
    #expect(try body(-1000) == "3903e7")
    #expect(try body(1.1) == "fb3ff199999999999a")
    #expect(try body(Float(100_000)) == "fa47c35000")
    #expect(try body(false) == "f4")
    #expect(try body(Int?.none) == "f6")
    #expect(try body("IETF") == "6449455446")
    #expect(try body("水") == "63e6b0b4")
    #expect(try body([UInt8]([1, 2, 3, 4])) == "4401020304")
    #expect(try body([1, 2, 3]) == "83010203")
    #expect(try body([[Int]]()) == "80")
    #expect(try body(["a": "A", "b": "B"]) == "a261616141616261" + "42")
    #expect(
      try body((1...25).map { $0 }) == "98190102030405060708090a0b0c0d0e0f101112131415161718181819")
  }

  @Test func `a property name is one byte`() throws {
    #expect(try body(Sample.person) == "a50007016341646102fb3ff800000000000003f504f7")
    #expect(try body([Sample.person]).hasPrefix("81a50007"))
  }

  @Test func `data is one piece`() throws {
    #expect(try body(Data([1, 2, 3])) == "43010203")
    #expect(try body(["k": Data([9])]) == "a1616b4109")
  }

  @Test func `the payload begins with the fingerprint of its type`() throws {
    let check = UInt32(truncatingIfNeeded: SchemaFingerprint.of(Person.self))
    let bytes = try BinaryCodec().encode(Sample.person)
    #expect(Array(bytes.prefix(4)) == (0..<4).map { UInt8(truncatingIfNeeded: check >> ($0 * 8)) })
  }

  @Test func `equal values give equal bytes whatever the order of a dictionary`() throws {
    let words = (0..<200).map { "word \($0 * 7919 % 200)" }
    var forwards: [String: [Shape]] = [:]
    var backwards: [String: [Shape]] = Dictionary(minimumCapacity: 1000)
    for word in words { forwards[word] = [.rectangle(Double(word.count), 1), .empty] }
    for word in words.reversed() { backwards[word] = [.rectangle(Double(word.count), 1), .empty] }
    #expect(Array(forwards.keys) != Array(backwards.keys))
    #expect(try BinaryCodec().encode(forwards) == BinaryCodec().encode(backwards))
    let numbers = Dictionary(uniqueKeysWithValues: (0..<99).map { ($0, "\($0)") })
    var others = Dictionary<Int, String>(minimumCapacity: 5000)
    for (key, value) in numbers { others[key] = value }
    #expect(try BinaryCodec().encode(numbers) == BinaryCodec().encode(others))
  }

  @Test func `a list of structures is less than two thirds of its JSON`() throws {
    let people = (0..<100).map {
      Person(id: $0, name: "Person \($0)", score: Double($0), isActive: true, nickname: nil)
    }
    let json = try JSONEncoder().encode(people).count
    #expect(try BinaryCodec().encode(people).count * 3 < json * 2)
  }
}
