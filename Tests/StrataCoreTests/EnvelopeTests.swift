// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

@Suite("Envelopes")
struct EnvelopeTests {
  /// Text as its UTF-8, for a type known by a number.
  private struct TextCoder: PayloadCoder {
    var codec: UInt8 = 9
    var schema: UInt64 = 77

    func encode(_ payload: Payload) throws -> [UInt8] {
      Array((payload.live(as: String.self) ?? "").utf8)
    }
    func decode(_ bytes: [UInt8]) throws -> Payload {
      LivePayload(String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Turns every bit over, and says so by its number.
  private struct Inversion: PayloadTransform {
    let number: UInt8 = 5
    func seal(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]? { bytes.map(~) }
    func open(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8] { bytes.map(~) }
  }

  private let key = CacheKey(bytes: Array("users:1".utf8), seed: 1)
  private let entry = Entry(
    payload: LivePayload("value"), createdAt: Timestamp(nanoseconds: 10),
    freshUntil: Timestamp(nanoseconds: 20), usableUntil: Timestamp(nanoseconds: 30),
    version: Version(issuer: 3, number: 4), details: EntryDetails(tags: ["a", "b"], etag: "e"),
    cost: 5, size: 6)

  private func error(_ body: () throws -> Entry) -> EnvelopeError? {
    #expect(throws: EnvelopeError.self) { _ = try body() }
  }

  @Test func `an entry comes back as it was, for its key and type only`() throws {
    let bytes = try Envelope.seal(entry, for: key, coder: TextCoder())
    let back = try Envelope.open(bytes, for: key, coder: TextCoder())
    #expect((back.payload as? EncodedPayload)?.bytes == Array("value".utf8))
    #expect(back.createdAt == entry.createdAt && back.freshUntil == entry.freshUntil)
    #expect(back.usableUntil == entry.usableUntil && back.version == entry.version)
    #expect(
      back.tags == ["a", "b"] && back.details?.etag == "e" && back.details?.lastModified == nil)
    #expect(back.cost == 5 && back.size == 6)
    let other = CacheKey(bytes: Array("users:2".utf8), seed: 1)
    #expect(error { try Envelope.open(bytes, for: other, coder: TextCoder()) } == .wrongKey)
    let type = TextCoder(schema: 78)
    #expect(error { try Envelope.open(bytes, for: key, coder: type) } == .wrongSchema)
    let codec = TextCoder(codec: 8)
    #expect(error { try Envelope.open(bytes, for: key, coder: codec) } == .wrongCodec)
  }

  @Test func `any damaged byte is found, wherever it is`() throws {
    let bytes = try Envelope.seal(entry, for: key, coder: TextCoder())
    for place in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[place] ^= 1 << UInt8(bit)
        _ = error { try Envelope.open(damaged, for: key, coder: TextCoder()) }
      }
    }
  }

  @Test func `an envelope cut anywhere, or with more behind it, is refused`() throws {
    let bytes = try Envelope.seal(entry, for: key, coder: TextCoder())
    for length in 0..<bytes.count {
      let part = Array(bytes.prefix(length))
      _ = error { try Envelope.open(part, for: key, coder: TextCoder()) }
    }
    _ = error { try Envelope.open(bytes + [0], for: key, coder: TextCoder()) }
  }

  @Test func `not found is something else than an empty value`() throws {
    var nothing = entry
    nothing.payload = nil
    let absent = try Envelope.seal(nothing, for: key, coder: TextCoder())
    #expect(try Envelope.open(absent, for: key, coder: TextCoder()).isNotFound)
    var empty = entry
    empty.payload = LivePayload("")
    let present = try Envelope.seal(empty, for: key, coder: TextCoder())
    #expect(try !Envelope.open(present, for: key, coder: TextCoder()).isNotFound)
  }

  @Test func `what was transformed is undone by its number, and by nobody else`() throws {
    let bytes = try Envelope.seal(entry, for: key, coder: TextCoder(), transforms: [Inversion()])
    let back = try Envelope.open(bytes, for: key, coder: TextCoder(), transforms: [Inversion()])
    #expect((back.payload as? EncodedPayload)?.bytes == Array("value".utf8))
    #expect(
      error { try Envelope.open(bytes, for: key, coder: TextCoder()) } == .unknownTransform)
  }
}
