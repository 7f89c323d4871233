// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TLS
  import COpenSSL

  /// Authenticated encryption by one key, through OpenSSL.
  struct Cipher {
    static let nonceSize = 12
    static let tagSize = 16

    let name: CipherName
    let key: [UInt8]

    /// A nonce that was never used: from the library's generator, as the runtime's is none for
    /// secrets. Two of 2^32 values under one key share one with a probability of 2^-32.
    static func nonce() throws -> [UInt8] {
      var nonce = [UInt8](repeating: 0, count: nonceSize)
      guard RAND_bytes(&nonce, Int32(nonceSize)) == 1 else { throw CipherFailure() }
      return nonce
    }

    /// The ciphertext with its tag behind it.
    func seal(_ plain: [UInt8], nonce: [UInt8], associated: [UInt8]) throws -> [UInt8] {
      guard let context = EVP_CIPHER_CTX_new() else { throw CipherFailure() }
      defer { EVP_CIPHER_CTX_free(context) }
      guard EVP_EncryptInit_ex(context, algorithm, nil, key, nonce) == 1,
        add(associated, { EVP_EncryptUpdate(context, nil, $0, $1, $2) })
      else { throw CipherFailure() }
      var isSealed = plain.count < Int(Int32.max) - Self.tagSize
      let sealed = [UInt8](unsafeUninitializedCapacity: plain.count + Self.tagSize) { to, count in
        guard isSealed, let start = to.baseAddress else { return isSealed = false }
        var (written, last): (Int32, Int32) = (0, 0)
        isSealed =
          (plain.isEmpty
            || EVP_EncryptUpdate(context, start, &written, plain, Int32(plain.count)) == 1)
          && EVP_EncryptFinal_ex(context, start + Int(written), &last) == 1
          && Int(written + last) == plain.count
          && EVP_CIPHER_CTX_ctrl(
            context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), start + plain.count) == 1
        count = isSealed ? plain.count + Self.tagSize : 0
      }
      guard isSealed else { throw CipherFailure() }
      return sealed
    }

    /// The plaintext, if not a bit of it, its nonce or what was authenticated with it has changed.
    func open(_ sealed: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
      let size = sealed.count - Self.tagSize
      guard size >= 0, size < Int(Int32.max), let context = EVP_CIPHER_CTX_new() else { return nil }
      defer { EVP_CIPHER_CTX_free(context) }
      var tag = Array(sealed[size...])
      guard EVP_DecryptInit_ex(context, algorithm, nil, key, nonce) == 1,
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), &tag) == 1,
        add(associated, { EVP_DecryptUpdate(context, nil, $0, $1, $2) })
      else { return nil }
      var isOpen = false
      // One byte more than needed, so that there is an address for an empty value too.
      let plain = [UInt8](unsafeUninitializedCapacity: size + 1) { to, count in
        guard let start = to.baseAddress else { return }
        var (written, last): (Int32, Int32) = (0, 0)
        isOpen =
          (size == 0 || EVP_DecryptUpdate(context, start, &written, sealed, Int32(size)) == 1)
          && EVP_DecryptFinal_ex(context, start + Int(written), &last) == 1
          && Int(written + last) == size
        count = isOpen ? size : 0
      }
      return isOpen ? plain : nil
    }

    private var algorithm: OpaquePointer? {
      switch name {
      case .aes256GCM: EVP_aes_256_gcm()
      case .chaCha20Poly1305: EVP_chacha20_poly1305()
      }
    }

    private func add(
      _ associated: [UInt8],
      _ update: (UnsafeMutablePointer<Int32>, UnsafePointer<UInt8>?, Int32) -> Int32
    ) -> Bool {
      guard let count = Int32(exactly: associated.count) else { return false }
      var written: Int32 = 0
      return associated.withUnsafeBufferPointer { update(&written, $0.baseAddress, count) } == 1
    }
  }
#else
  /// What stands in for the ciphers in a build without the trait `TLS`; a plan cannot reach it.
  struct Cipher {
    static let nonceSize = 12
    static let tagSize = 16

    let name: CipherName
    let key: [UInt8]

    static func nonce() throws -> [UInt8] { throw CipherFailure() }

    func seal(_ plain: [UInt8], nonce: [UInt8], associated: [UInt8]) throws -> [UInt8] {
      throw CipherFailure()
    }

    func open(_ sealed: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? { nil }
  }
#endif
