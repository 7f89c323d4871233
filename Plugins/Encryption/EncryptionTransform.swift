// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Encrypted payloads: cipher, length and text of the key's name, nonce, ciphertext, tag.
///
/// Authenticated with it, though not stored twice: all that stands before the nonce, and everything
/// the envelope says about the value. Were its times left out, a value could be replayed for ever;
/// were the transforms left out, one could be unfolded that was not folded.
struct EncryptionTransform: PayloadTransform {
  let number: UInt8 = 2
  /// A value that somebody stored in the open was not stored by this cache.
  let isRequired = true
  let cipher: CipherName
  let writing: SecretKey
  let keys: [SecretKey]
  let refused: RefusalCount

  func seal(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8]? {
    let name = Array(writing.id.utf8)
    let head = [cipher.number, UInt8(clamping: name.count)] + name
    let nonce = try Cipher.nonce()
    let sealed = try Cipher(name: cipher, key: writing.bytes).seal(
      bytes, nonce: nonce, associated: Self.associated(head, identity))
    return head + nonce + sealed
  }

  func open(_ bytes: [UInt8], for identity: PayloadIdentity) throws -> [UInt8] {
    do throws(EncryptionRefusal) {
      return try decrypted(bytes, identity)
    } catch {
      refused.add(error, identity.key)
      throw error
    }
  }

  private func decrypted(
    _ bytes: [UInt8], _ identity: PayloadIdentity
  ) throws(EncryptionRefusal) -> [UInt8] {
    guard bytes.count >= 2, let cipher = CipherName(number: bytes[0]) else { throw .malformed }
    let headSize = 2 + Int(bytes[1])
    let bodyStart = headSize + Cipher.nonceSize
    guard bytes.count >= bodyStart + Cipher.tagSize else { throw .malformed }
    let name = bytes[2..<headSize]
    guard let key = keys.first(where: { $0.id.utf8.elementsEqual(name) }) else {
      throw .unknownKey
    }
    let plain = Cipher(name: cipher, key: key.bytes).open(
      Array(bytes[bodyStart...]), nonce: Array(bytes[headSize..<bodyStart]),
      associated: Self.associated(Array(bytes[..<headSize]), identity))
    guard let plain else { throw .notAuthentic }
    return plain
  }

  /// What is authenticated beside the value. The parts have fixed lengths or, as the head, say
  /// their own; so two different lists of parts never give the same bytes.
  private static func associated(_ head: [UInt8], _ identity: PayloadIdentity) -> [UInt8] {
    var bytes = Array("strata-encryption-1".utf8) + head
    for word in [
      identity.key.high, identity.key.low, identity.version.rawValue, identity.schema,
    ] {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes + identity.head
  }
}

/// Why a stored value was not decrypted.
enum EncryptionRefusal: String, Error {
  case malformed
  case unknownKey = "unknown-key"
  case notAuthentic = "not-authentic"
  case notEncrypted = "not-encrypted"
}

/// Counts what was refused, and reports it.
final class RefusalCount: ContentInspector {
  private let numbers = Lock<[String: Int]>([:])
  private let cache: CacheContext

  init(cache: CacheContext) { self.cache = cache }

  var counts: [String: Int] { numbers.withLock { $0 } }

  /// What was never encrypted does not reach the transform.
  func noteRejection(of content: RejectedContent) {
    if content.reason == .unsealed { add(.notEncrypted, content.key.digest) }
  }

  func add(_ reason: EncryptionRefusal, _ key: KeyDigest) {
    numbers.withLock { $0[reason.rawValue, default: 0] += 1 }
    cache.report(
      .warning, "stored value not decrypted", source: Encryption.id.name,
      details: [("key", "\(key)"), ("reason", reason.rawValue)])
  }
}
