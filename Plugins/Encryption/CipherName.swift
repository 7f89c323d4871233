// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The ciphers, by their words in YAML. Both take keys of 32 bytes and nonces of 12.
enum CipherName: String, CaseIterable, Sendable {
  case aes256GCM = "aes-256-gcm"
  case chaCha20Poly1305 = "chacha20-poly1305"

  /// Its number on the wire: part of the stored format.
  var number: UInt8 {
    switch self {
    case .aes256GCM: 1
    case .chaCha20Poly1305: 2
    }
  }

  init?(number: UInt8) {
    guard let known = Self.allCases.first(where: { $0.number == number }) else { return nil }
    self = known
  }

  /// Whether this build can encrypt.
  static var isBuiltIn: Bool {
    #if TLS
      true
    #else
      false
    #endif
  }
}

/// The crypto library cannot do what was asked: no cipher, no random bytes, too much at once.
struct CipherFailure: Error {}
