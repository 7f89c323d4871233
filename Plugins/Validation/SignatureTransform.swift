// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Signed payloads: length and text of the key's name, a MAC of 32 bytes (HMAC-SHA256), the value.
///
/// Signed with the payload is everything that the envelope says about it, so nobody without a key
/// can make up a value, move one to another key, or give one a longer life.
struct SignatureTransform: PayloadTransform {
  let number: UInt8 = 3
  /// What nobody signed was not stored by this cache.
  let isRequired = true
  let signing: SecretKey
  let keys: [SecretKey]

  private static let macSize = 32

  func seal(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]? {
    let name = Array(signing.id.utf8)
    let head = [UInt8(clamping: name.count)] + name
    return head + (try Self.mac(of: bytes, head, identity, by: signing)) + bytes
  }

  func open(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8] {
    guard let length = bytes.first, bytes.count >= 1 + Int(length) + Self.macSize else {
      throw SignatureFault.malformed
    }
    let head = Array(bytes[..<(1 + Int(length))])
    guard let key = keys.first(where: { $0.id.utf8.elementsEqual(head.dropFirst()) }) else {
      throw SignatureFault.unknownKey
    }
    let payload = Array(bytes[(head.count + Self.macSize)...])
    let own = try Self.mac(of: payload, head, identity, by: key)
    // In the same time wherever they differ, so that nobody can guess a MAC byte by byte.
    let difference = zip(own, bytes[head.count...]).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
    guard difference == 0 else { throw SignatureFault.wrongSignature }
    return payload
  }

  private static func mac(
    of payload: [UInt8], _ head: [UInt8], _ identity: PayloadIdentity, by key: SecretKey
  ) throws -> [UInt8] {
    var signed = Array("strata-signature-1".utf8) + head
    let words = [
      identity.key.high, identity.key.low, identity.version.rawValue, identity.schema,
      UInt64(identity.head.count),
    ]
    for word in words {
      withUnsafeBytes(of: word.littleEndian) { signed.append(contentsOf: $0) }
    }
    signed += identity.head
    signed += payload
    guard let mac = HMACSHA256.mac(of: signed, by: key.bytes) else { throw SignatureFault.failed }
    return mac
  }

  /// Whether this build can sign.
  static var isBuiltIn: Bool { HMACSHA256.isBuiltIn }
}

/// Why a signature was not accepted, or not made.
enum SignatureFault: String, Error {
  case malformed
  case unknownKey = "unknown-key"
  case wrongSignature = "wrong-signature"
  case failed
}
