// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TLS
  import COpenSSL

  /// HMAC with SHA-256, through OpenSSL.
  enum HMACSHA256 {
    static let isBuiltIn = true

    static func mac(of bytes: [UInt8], by key: [UInt8]) -> [UInt8]? {
      var mac = [UInt8](repeating: 0, count: 32)
      var count: UInt32 = 0
      guard
        HMAC(EVP_sha256(), key, Int32(clamping: key.count), bytes, bytes.count, &mac, &count)
          != nil, count == 32
      else { return nil }
      return mac
    }
  }
#else
  /// What stands in for signatures in a build without the trait `TLS`; a plan cannot reach it.
  enum HMACSHA256 {
    static let isBuiltIn = false

    static func mac(of bytes: [UInt8], by key: [UInt8]) -> [UInt8]? { nil }
  }
#endif
