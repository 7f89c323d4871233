// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TLS
  internal import COpenSSL

  /// TLS over one connection, as a transform: OpenSSL reads from one piece of memory and writes to
  /// another, and never sees a socket.
  final class TLSStream: StreamTransform, @unchecked Sendable {
    // Sendable: made on one thread and then used on the connection's loop only.
    private let stream: OpaquePointer
    private let context: TLSContext
    /// What has arrived; freed with `stream`.
    private let input = BIO_new(BIO_s_mem())
    /// What is to be sent; freed with `stream`.
    private let output = BIO_new(BIO_s_mem())

    private(set) var isOpen = false
    private(set) var hasInputEnded = false

    init(_ stream: OpaquePointer, context: TLSContext) {
      self.stream = stream
      self.context = context
      SSL_set_bio(stream, input, output)
    }

    deinit { SSL_free(stream) }

    func start(_ outgoing: inout ByteQueue) throws(NetworkError) {
      try shakeHands()
      drain(&outgoing)
    }

    func receive(
      _ bytes: UnsafeRawBufferPointer, outgoing: inout ByteQueue,
      plain: (UnsafeRawBufferPointer) -> Void
    ) throws(NetworkError) {
      guard BIO_write(input, bytes.baseAddress, Int32(clamping: bytes.count)) == bytes.count else {
        throw .tls("no memory")
      }
      do throws(NetworkError) {
        if !isOpen { try shakeHands() }
        if isOpen { try decrypt(plain) }
      } catch {
        drain(&outgoing)
        throw error
      }
      drain(&outgoing)
    }

    func send(_ plain: UnsafeRawBufferPointer, outgoing: inout ByteQueue) throws(NetworkError) {
      var rest = plain[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 24))
        ERR_clear_error()
        let count = SSL_write(stream, piece.baseAddress, Int32(piece.count))
        guard count > 0 else { throw failure(count, "write") }
        rest = rest.dropFirst(Int(count))
        drain(&outgoing)
      }
    }

    func finish(_ outgoing: inout ByteQueue) {
      ERR_clear_error()
      SSL_shutdown(stream)
      drain(&outgoing)
    }

    private func shakeHands() throws(NetworkError) {
      ERR_clear_error()
      let result = SSL_do_handshake(stream)
      if result == 1 { return isOpen = true }
      if SSL_get_error(stream, result) == SSL_ERROR_WANT_READ { return }
      throw failure(result, "handshake")
    }

    private func decrypt(_ plain: (UnsafeRawBufferPointer) -> Void) throws(NetworkError) {
      // One record at most; larger room would stay unused.
      let result = withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { room in
        while true {
          ERR_clear_error()
          let count = SSL_read(stream, room.baseAddress, Int32(room.count))
          guard count > 0 else { return count }
          plain(UnsafeRawBufferPointer(rebasing: room[..<Int(count)]))
        }
      }
      switch SSL_get_error(stream, result) {
      case SSL_ERROR_WANT_READ: return
      case SSL_ERROR_ZERO_RETURN: hasInputEnded = true
      default: throw failure(result, "read")
      }
    }

    private func drain(_ outgoing: inout ByteQueue) {
      let waiting = BIO_ctrl_pending(output)
      guard waiting > 0 else { return }
      outgoing.append(minimum: waiting) { room in
        Int(BIO_read(output, room.baseAddress, Int32(clamping: room.count)))
      }
    }

    private func failure(_ result: Int32, _ operation: String) -> NetworkError {
      let verdict = SSL_get_verify_result(stream)
      var error: NetworkError
      if verdict == X509_V_OK {
        error = .tls("TLS")
      } else {
        ERR_clear_error()
        error = .tls(String(cString: X509_verify_cert_error_string(verdict)))
      }
      error.operation = operation
      return error
    }
  }
#endif
