// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting

/// Numbers in 64 bytes, most of them alike, so that there is something to compress.
struct WideCoder: PayloadCoder {
  let codec: UInt8 = 253
  let schema: UInt64 = 0x5749_4445

  func encode(_ payload: Payload) throws -> [UInt8] {
    if let encoded = payload as? EncodedPayload { return encoded.bytes }
    return try NumberCoder().encode(payload) + [UInt8](repeating: 0, count: 56)
  }

  func decode(_ bytes: [UInt8]) throws -> Payload {
    guard bytes.count == 64 else { throw BrokenSource() }
    return try NumberCoder().decode(Array(bytes.prefix(8)))
  }
}
