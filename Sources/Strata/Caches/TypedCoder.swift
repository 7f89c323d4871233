// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// The coder of one value type: the codec the plan names, the type's fingerprint.
struct TypedCoder<Value: Codable & Sendable>: PayloadCoder {
  let format: any PayloadCodec
  let codec: UInt8
  let schema: UInt64

  init(_ format: any PayloadCodec) {
    self.format = format
    codec = type(of: format).formatNumber
    schema = SchemaFingerprint.of(Value.self)
  }

  func encode(_ payload: Payload) throws -> [UInt8] {
    if let encoded = payload as? EncodedPayload, encoded.codec == codec, encoded.schema == schema {
      return encoded.bytes
    }
    guard let value = payload.live(as: Value.self) else {
      throw CacheError(.wrongType, "The value to be stored is not of the cache's type.")
    }
    return try format.encode(value)
  }

  func decode(_ bytes: [UInt8]) throws -> Payload {
    LivePayload(try format.decode(Value.self, from: bytes))
  }
}
