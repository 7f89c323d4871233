// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if !TLS
  /// What stands in for TLS in a build without the trait `TLS`: every use is refused.
  struct TLSContext: Sendable {
    enum Role { case client, server }

    init(_ options: TLSOptions, role: Role) throws(NetworkError) {
      throw NetworkError(
        .unsupported, operation: "handshake", detail: "built without the trait TLS")
    }

    func server() throws(NetworkError) -> any StreamTransform {
      throw NetworkError(.unsupported, operation: "handshake")
    }

    static func client(_ options: TLSOptions, host: String?) throws(NetworkError)
      -> any StreamTransform
    {
      try TLSContext(options, role: .client).server()
    }
  }
#endif
