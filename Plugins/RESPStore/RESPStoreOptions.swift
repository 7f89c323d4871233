// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import RESP
internal import RESPClient
internal import StrataCore
internal import StrataNetwork

/// The options of the store, read and made ready.
struct RESPStoreOptions: Sendable {
  static let url = PluginOption(
    "url", .secret,
    "The server: redis://host:port/database, rediss:// over TLS, or unix:///path?db=number; several "
      + "as redis+cluster://host,host, redis+sentinel://host,host/name or redis+ring://host,host.")
  static let user = PluginOption(
    "user", .optional(.text), default: nil, "The ACL user, where the URL has none.")
  static let password = PluginOption(
    "password", .optional(.secret), default: nil, "The password, where the URL has none.")
  static let sentinelUser = PluginOption(
    "sentinel-user", .optional(.text), default: nil, "The ACL user at the sentinels.")
  static let sentinelPassword = PluginOption(
    "sentinel-password", .optional(.secret), default: nil, "The password at the sentinels.")
  static let replicaReads = PluginOption(
    "replica-reads", .boolean, default: false,
    "Whether a copy answers reads while its server is out of reach, with what it had by then.")
  static let prefix = PluginOption(
    "prefix", .text, default: "strata", "What the name of everything on the server begins with.")
  static let timeout = PluginOption(
    "timeout", .duration, default: .milliseconds(500), "How long one operation may take.")
  static let lease = PluginOption(
    "lease", .duration, default: .seconds(60),
    "How long a load may take to be stored, and for how long removals are remembered.")
  static let largestValue = PluginOption(
    "max-value", .size, default: 8 << 20, "The largest value that is stored.")
  static let outstanding = PluginOption(
    "max-outstanding", .integer(1...(1 << 20)), default: 16_384,
    "How many commands may wait for their replies.")
  static let authority = PluginOption(
    "tls-authority", .optional(.text), default: nil,
    "The PEM file of who vouches for the server, in the place of the system's authorities.")
  static let certificate = PluginOption(
    "tls-certificate", .optional(.text), default: nil, "The PEM file of this client's certificate.")
  static let key = PluginOption(
    "tls-key", .optional(.text), default: nil, "The PEM file of the certificate's private key.")
  static let serverName = PluginOption(
    "tls-server-name", .optional(.text), default: nil,
    "The name that the server's certificate must bear; the URL's host where it is left out.")

  static let all: [any OptionDeclaration] = [
    url, user, password, sentinelUser, sentinelPassword, replicaReads, prefix, timeout, lease,
    largestValue, outstanding, authority, certificate,
    key, serverName,
  ]

  let name: String
  let issuer: UInt8
  let prefix: String
  /// In milliseconds.
  let lease: Int64
  let largestValue: Int
  let plan: RESPFleetPlan

  init(_ options: StoreOptions) throws(ConfigurationError) {
    name = options.name
    issuer = options.issuer
    prefix = try options(Self.prefix)
    largestValue = try options(Self.largestValue)
    let lease = try options(Self.lease)
    guard lease >= .seconds(1), lease <= .seconds(86_400) else {
      throw options.error(about: Self.lease, "is out of range; write 1s to 1d")
    }
    self.lease = lease.saturatingNanoseconds / 1_000_000
    plan = try Self.plan(options)
  }

  private static func plan(_ options: StoreOptions) throws(ConfigurationError) -> RESPFleetPlan {
    let parsed = try address(options)
    let patience = try options(timeout)
    guard patience > .zero else {
      throw options.error(about: timeout, "is too short; write 1ms or more")
    }
    let most = try options(outstanding)
    let encryption = try encryption(options, isAsked: parsed.isEncrypted)
    var url = parsed
    if let password = try options(password) {
      url.credentials = RESPCredentials(user: try options(user), password: password)
    } else if try options(user) != nil, parsed.credentials == nil {
      throw options.error(about: user, "needs a password; add password: ${ENV}")
    }
    return RESPFleetPlan(
      url, sentinels: try sentinelCredentials(options, url),
      readsReplicas: try readsReplicas(options, url)
    ) { configuration in
      configuration.timeout = patience
      configuration.connection.outstanding = most
      configuration.connection.session.clientName = "strata-\(options.name)"
      configuration.transport.tls = encryption
    }
  }

  private static func sentinelCredentials(
    _ options: StoreOptions, _ url: RESPFleetURL
  ) throws(ConfigurationError) -> RESPCredentials? {
    let (user, password) = (try options(sentinelUser), try options(sentinelPassword))
    if user == nil, password == nil { return nil }
    guard case .sentinel = url.kind else {
      throw options.error(
        about: sentinelPassword, "has no sentinels to log in at; write redis+sentinel://")
    }
    guard let password else {
      throw options.error(about: sentinelUser, "needs a password; add sentinel-password: ${ENV}")
    }
    return RESPCredentials(user: user, password: password)
  }

  private static func readsReplicas(
    _ options: StoreOptions, _ url: RESPFleetURL
  ) throws(ConfigurationError) -> Bool {
    guard try options(replicaReads) else { return false }
    let hasNone =
      url.kind == .server || url.kind == .ring && url.shards.allSatisfy(\.replicas.isEmpty)
    if hasNone {
      throw options.error(about: replicaReads, "needs copies; the url names none")
    }
    return true
  }

  private static func address(_ options: StoreOptions) throws(ConfigurationError) -> RESPFleetURL {
    let text = try options(url)
    do throws(RESPURL.Problem) {
      return try RESPFleetURL(text)
    } catch {
      throw options.error(about: url, error.rawValue)
    }
  }

  private static func encryption(
    _ options: StoreOptions, isAsked: Bool
  ) throws(ConfigurationError) -> TLSOptions? {
    let authority = try options(authority)
    let identity = try identity(options)
    let name = try options(serverName)
    guard isAsked else {
      if authority == nil, identity == nil, name == nil { return nil }
      throw options.error(about: url, "has TLS options beside it and no TLS; write rediss://")
    }
    var tls = TLSOptions()
    if let authority { tls.trust = .file(authority) }
    tls.identity = identity
    tls.serverName = name
    return tls
  }

  private static func identity(
    _ options: StoreOptions
  ) throws(ConfigurationError) -> TLSOptions.Identity? {
    switch (try options(certificate), try options(key)) {
    case (nil, nil): return nil
    case (let certificate?, let key?):
      return TLSOptions.Identity(certificateFile: certificate, keyFile: key)
    case (_?, nil):
      throw options.error(about: certificate, "needs its private key; add tls-key")
    case (nil, _?):
      throw options.error(about: key, "needs its certificate; add tls-certificate")
    }
  }

  /// Tells of connections that could not be made.
  func report(_ event: RESPEvent, to reporter: any CacheReporter) {
    switch event {
    case .failed(let reason, _):
      reporter.report(
        CacheReport(
          .warning, "server not reached", source: name,
          details: [("reason", reason.map { "\($0)" } ?? "connecting failed")]))
    case .lost(let reason):
      reporter.report(
        CacheReport(
          .info, "connection lost", source: name, details: [("reason", "\(reason)")]))
    case .connected, .opened, .push: break
    }
  }
}
