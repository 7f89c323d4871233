// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TLS
  internal import COpenSSL

  /// What connections with the same TLS options share: trust, identity and protocol bounds.
  ///
  /// Built once per `connect` or `listen`, off the loop, since it reads files. So a certificate
  /// that was replaced on disk is used from the next connection on.
  final class TLSContext: @unchecked Sendable {
    // Sendable: nothing changes after `init`, and OpenSSL counts references to the context by
    // atomics.
    enum Role { case client, server }

    private let context: OpaquePointer
    private let options: TLSOptions

    init(_ options: TLSOptions, role: Role) throws(NetworkError) {
      let method = role == .client ? TLS_client_method() : TLS_server_method()
      guard let context = SSL_CTX_new(method) else { throw .tls("no context") }
      self.context = context
      self.options = options
      strata_tls_harden(context)
      // A key that is encrypted fails, instead of asking the terminal for its password.
      SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in 0 }
      let oldest = options.minimumVersion == .v13 ? TLS1_3_VERSION : TLS1_2_VERSION
      guard strata_tls_set_minimum_version(context, oldest) == 1 else { throw .tls("version") }
      switch role {
      case .client: try trust(whenOff: options.verification == .none, SSL_VERIFY_PEER)
      case .server:
        guard options.identity != nil else { throw .tls("a listener needs an identity") }
        let demand = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        try trust(whenOff: !options.requiresClientCertificate, demand)
      }
      try loadIdentity()
    }

    deinit { SSL_CTX_free(context) }

    /// A stream that waits for a client.
    func server() throws(NetworkError) -> any StreamTransform {
      let stream = try makeStream()
      SSL_set_accept_state(stream)
      return TLSStream(stream, context: self)
    }

    /// A stream to `host`, which its certificate will be checked against.
    static func client(
      _ options: TLSOptions, host: String?
    ) throws(NetworkError) -> any StreamTransform {
      let context = try TLSContext(options, role: .client)
      let stream = try context.makeStream()
      do throws(NetworkError) {
        try context.expect(options.serverName ?? host, stream)
      } catch {
        SSL_free(stream)
        throw error
      }
      SSL_set_connect_state(stream)
      return TLSStream(stream, context: context)
    }

    private func makeStream() throws(NetworkError) -> OpaquePointer {
      guard let stream = SSL_new(context) else { throw .tls("no stream") }
      return stream
    }

    private func trust(whenOff isOff: Bool, _ demand: Int32) throws(NetworkError) {
      guard !isOff else { return SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nil) }
      SSL_CTX_set_verify(context, demand, nil)
      switch options.trust {
      case .system:
        guard SSL_CTX_set_default_verify_paths(context) == 1 else { throw .tls("no authorities") }
      case .file(let path):
        guard SSL_CTX_load_verify_locations(context, path, nil) == 1 else {
          throw .tls("authorities '\(path)'")
        }
      }
    }

    private func loadIdentity() throws(NetworkError) {
      guard let identity = options.identity else { return }
      guard SSL_CTX_use_certificate_chain_file(context, identity.certificateFile) == 1 else {
        throw .tls("certificate '\(identity.certificateFile)'")
      }
      guard SSL_CTX_use_PrivateKey_file(context, identity.keyFile, SSL_FILETYPE_PEM) == 1,
        SSL_CTX_check_private_key(context) == 1
      else { throw .tls("key '\(identity.keyFile)'") }
    }

    /// Asks the server for `name` and has its certificate checked against it.
    private func expect(_ name: String?, _ stream: OpaquePointer) throws(NetworkError) {
      guard let name, !name.isEmpty, !name.utf8.contains(0) else {
        if options.verification == .full { throw .tls("no name to check the certificate against") }
        return
      }
      let bare = name.hasSuffix(".") ? String(name.dropLast()) : name
      let rules = SSL_get0_param(stream)
      // Accepts numeric addresses only; they are matched as such and are never sent as a name.
      let isAddress = X509_VERIFY_PARAM_set1_ip_asc(rules, bare) == 1
      if !isAddress && strata_tls_set_server_name(stream, bare) != 1 { throw .tls("bad name") }
      if options.verification != .full {
        X509_VERIFY_PARAM_set1_ip(rules, nil, 0)
      } else if !isAddress {
        X509_VERIFY_PARAM_set_hostflags(rules, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS))
        guard X509_VERIFY_PARAM_set1_host(rules, bare, 0) == 1 else { throw .tls("bad name") }
      }
    }
  }

  extension NetworkError {
    /// A failure of TLS, with the library's reason where it has left one.
    static func tls(_ detail: String) -> NetworkError {
      let reason = ERR_reason_error_string(ERR_get_error()).map { ": " + String(cString: $0) }
      ERR_clear_error()
      return NetworkError(.untrusted, operation: "handshake", detail: detail + (reason ?? ""))
    }
  }
#endif
