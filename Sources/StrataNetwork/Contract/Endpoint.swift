// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Where a connection leads or a listener waits.
public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
  /// A host name or a numeric address, and a port; port 0 lets a listener take a free one.
  case tcp(host: String, port: Int)
  /// A Unix domain socket.
  case unix(path: String)

  /// A free port on this machine, reachable from this machine only.
  public static let loopback = Endpoint.tcp(host: "127.0.0.1", port: 0)

  /// The host name, which certificates are checked against; `nil` for a Unix socket.
  public var host: String? {
    if case .tcp(let host, _) = self { host } else { nil }
  }

  /// The port; `nil` for a Unix socket.
  public var port: Int? {
    if case .tcp(_, let port) = self { port } else { nil }
  }

  /// The endpoint as people write it: `example.com:443`, `[::1]:6379`, `unix:/run/cache.sock`.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
