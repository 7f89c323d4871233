// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Darwin)
  private import Darwin
#else
  private import CPoll
  private import Glibc
#endif

extension SocketAddress {
  /// The addresses of `endpoint`, best first. Blocks for as long as the system's resolver does.
  static func lookUp(
    _ endpoint: Endpoint, forListening: Bool = false
  ) throws(NetworkError) -> [SocketAddress] {
    switch endpoint {
    case .unix(let path):
      if let address = SocketAddress(unixPath: path) { return [address] }
      throw NetworkError(.addressUnavailable, operation: "resolve", detail: "bad socket path")
    case .tcp(let host, let port):
      guard (0...65_535).contains(port) else {
        throw NetworkError(.addressUnavailable, operation: "resolve", detail: "port \(port)")
      }
      guard !host.utf8.contains(0), !host.isEmpty else {
        throw NetworkError(.unknownHost, operation: "resolve", detail: "bad host name")
      }
      return try ask(host, port, forListening ? AI_PASSIVE : 0)
    }
  }

  /// The address where `endpoint` names one by number, so that nobody needs to be asked.
  static func numeric(_ endpoint: Endpoint) -> [SocketAddress]? {
    guard case .tcp(let host, let port) = endpoint else { return try? lookUp(endpoint) }
    guard (0...65_535).contains(port), !host.utf8.contains(0), !host.isEmpty else { return nil }
    return try? ask(host, port, AI_NUMERICHOST)
  }

  private static func ask(
    _ host: String, _ port: Int, _ flags: Int32
  ) throws(NetworkError) -> [SocketAddress] {
    var hints = addrinfo()
    hints.ai_flags = flags | AI_NUMERICSERV
    #if canImport(Darwin)
      hints.ai_socktype = SOCK_STREAM
    #else
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    let result = getaddrinfo(host, String(port), &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard result == 0 else {
      let code: NetworkError.Code = result == EAI_SYSTEM ? .failed : .unknownHost
      throw NetworkError(code, operation: "resolve", detail: String(cString: gai_strerror(result)))
    }
    return addresses(list)
  }

  private static func addresses(_ list: UnsafeMutablePointer<addrinfo>?) -> [SocketAddress] {
    sequence(first: list) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { entry in
      guard let entry, let address = entry.pointee.ai_addr else { return nil }
      return SocketAddress(address, length: entry.pointee.ai_addrlen)
    }
  }
}
