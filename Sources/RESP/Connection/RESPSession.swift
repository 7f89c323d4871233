// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What a connection tells the server before the first command.
public struct RESPSession: Sendable, Hashable {
  /// Who logs in; nobody by default.
  public var credentials: RESPCredentials?

  /// The name that `CLIENT LIST` shows; bytes that servers refuse in names become `-`.
  public var clientName: String?

  /// The number of the logical database; 0 by default, which sends no `SELECT`.
  public var database: Int

  /// The version to ask for; a server that does not know RESP3 is spoken to in RESP2 anyway.
  public var version: RESPVersion

  /// A session with the given properties.
  public init(
    credentials: RESPCredentials? = nil, clientName: String? = nil, database: Int = 0,
    version: RESPVersion = .resp3
  ) {
    self.credentials = credentials
    self.clientName = clientName
    self.database = database
    self.version = version
  }

  /// The client name with only the bytes that a server accepts; nil when there is none.
  var acceptableName: [UInt8]? {
    guard let clientName, !clientName.isEmpty else { return nil }
    return clientName.utf8.map { 0x21...0x7E ~= $0 ? $0 : UInt8(ascii: "-") }
  }
}
