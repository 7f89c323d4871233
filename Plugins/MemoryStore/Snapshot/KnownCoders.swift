// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// Passes bytes on as they are: how entries of types that nobody has named yet are read.
struct FrozenCoder: PayloadCoder {
  let codec: UInt8
  let schema: UInt64

  func encode(_ payload: Payload) throws -> [UInt8] {
    guard let frozen = payload as? EncodedPayload else { throw EnvelopeError.wrongCodec }
    return frozen.bytes
  }

  func decode(_ bytes: [UInt8]) throws -> Payload {
    EncodedPayload(bytes: bytes, codec: codec, schema: schema)
  }
}

/// The coders of the types whose values a store holds, known by the class of the payload.
final class KnownCoders: Sendable {
  private let coders = Lock<[ObjectIdentifier: any PayloadCoder]>([:])

  func learn(_ coder: any PayloadCoder, from payload: Payload) {
    let type = ObjectIdentifier(Swift.type(of: payload))
    coders.withLock { coders in
      if coders[type] == nil { coders[type] = coder }
    }
  }

  /// The coder of an entry's payload; `nil` where its type was never named.
  func coder(for entry: Entry) -> (any PayloadCoder)? {
    guard let payload = entry.payload else { return FrozenCoder(codec: 0, schema: 0) }
    if let frozen = payload as? EncodedPayload {
      return FrozenCoder(codec: frozen.codec, schema: frozen.schema)
    }
    return coders.withLock { $0[ObjectIdentifier(type(of: payload))] }
  }
}
