// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import RESP
public import StrataNetwork

/// Where a server is and who logs in, as one line of text.
///
/// ```
/// redis://[[user][:password]@]host[:port][/database]      plain text, port 6379
/// rediss://…                                              the same over TLS
/// unix://[[user][:password]@]/path/to/socket[?db=number]  a Unix domain socket
/// ```
///
/// What stands before the `@` may be percent-encoded, and has to be where it holds `:`, `/` or `@`.
public struct RESPURL: Sendable, Hashable {
  /// The server.
  public var endpoint: Endpoint
  /// Whether the connection is encrypted.
  public var isEncrypted: Bool
  /// Who logs in.
  public var credentials: RESPCredentials?
  /// The number of the logical database.
  public var database: Int

  /// What is wrong with a text that is no URL of a server. It never repeats the text, which may
  /// hold a password.
  public enum Problem: String, Error, Sendable, Hashable {
    /// Another scheme, or none.
    case scheme =
      "begins with none of redis://, rediss://, unix://, redis+cluster://, redis+sentinel:// and redis+ring://"
    /// Nothing where the host or the path should be.
    case place = "names no host, or no path of a socket"
    /// A port outside 1 to 65535.
    case port = "has a port that is no number from 1 to 65535"
    /// A database that is no number.
    case database = "has a database that is no number"
    /// A user without a password.
    case credentials = "has something before the @ that is not user:password or :password"
    /// A percent sign that begins no byte.
    case encoding = "has a % that is not followed by two hexadecimal digits"
    /// Something after the `?` that means nothing.
    case query = "has something after the ? that is unknown; only unix:// takes db="
    /// Sentinels, and no name to ask them for.
    case name = "names no primary; write redis+sentinel://host:26379/name or …/name/database"
    /// A database of a cluster.
    case clusterDatabase = "has a database; a cluster has none but 0"
    /// A server twice.
    case twice = "names a server twice"
  }

  /// Reads a URL.
  public init(_ text: String) throws(Problem) {
    guard let scheme = ["redis://", "rediss://", "unix://"].first(where: text.hasPrefix) else {
      throw .scheme
    }
    isEncrypted = scheme == "rediss://"
    var rest = text.dropFirst(scheme.count)
    credentials = try Self.takeCredentials(&rest)
    let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let query = parts.count > 1 ? parts[1] : nil
    let place = parts[0]
    if scheme == "unix://" {
      guard place.hasPrefix("/"), place.count > 1 else { throw .place }
      endpoint = .unix(path: try Self.decoded(place))
      database = try Self.database(query: query)
    } else {
      guard query == nil else { throw .query }
      (endpoint, database) = try Self.hostAndDatabase(place)
    }
  }

  static func takeCredentials(_ rest: inout Substring) throws(Problem) -> RESPCredentials? {
    guard let at = rest.lastIndex(of: "@") else { return nil }
    let words = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    rest = rest[rest.index(after: at)...]
    guard words.count == 2 else { throw .credentials }
    let user = try decoded(words[0])
    return RESPCredentials(user: user.isEmpty ? nil : user, password: try decoded(words[1]))
  }

  private static func hostAndDatabase(_ place: Substring) throws(Problem) -> (Endpoint, Int) {
    let parts = place.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let (host, port) = try hostAndPort(parts[0])
    return (.tcp(host: host, port: port), parts.count > 1 ? try database(parts[1]) : 0)
  }

  static func hostAndPort(
    _ text: Substring, port standard: Substring = "6379"
  ) throws(Problem) -> (String, Int) {
    var (host, port) = (text, standard)
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { throw .place }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = text.lastIndex(of: ":") {
      (host, port) = (text[..<colon], text[text.index(after: colon)...])
    }
    guard !host.isEmpty else { throw .place }
    guard let number = number(port), 1...65_535 ~= number else { throw .port }
    return (try decoded(host), number)
  }

  /// The number of a database; nothing is the first.
  static func database(_ text: Substring) throws(Problem) -> Int {
    if text.isEmpty { return 0 }
    guard let database = number(text) else { throw .database }
    return database
  }

  private static func database(query: Substring?) throws(Problem) -> Int {
    guard let query else { return 0 }
    guard query.hasPrefix("db=") else { throw .query }
    guard let database = number(query.dropFirst(3)) else { throw .database }
    return database
  }

  /// A number in digits only; `Int` would take a sign.
  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } ? Int(text) : nil
  }

  static func decoded(_ text: Substring) throws(Problem) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let digits = String(rest.prefix(2)), digits.count == 2, !digits.hasPrefix("+"),
        !digits.hasPrefix("-"), let value = UInt8(digits, radix: 16)
      else { throw .encoding }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

// The user and the password are withheld, whatever prints this.
extension RESPURL: CustomStringConvertible, CustomDebugStringConvertible {
  /// The server, without who logs in.
  public var description: String {
    let scheme = isEncrypted ? "rediss" : "redis"
    switch endpoint {
    case .tcp: return "\(scheme)://\(endpoint)/\(database)"
    case .unix(let path): return "unix://\(path)?db=\(database)"
    }
  }

  /// The same as `description`.
  public var debugDescription: String { description }
}

extension RESPClientConfiguration {
  /// The configuration that a URL describes.
  public init(url: String) throws(RESPURL.Problem) {
    self.init(try RESPURL(url))
  }

  /// The configuration that a URL describes.
  public init(_ url: RESPURL) {
    self.init(endpoint: url.endpoint)
    connection.session.credentials = url.credentials
    connection.session.database = url.database
    if url.isEncrypted { transport.tls = TLSOptions() }
  }
}
