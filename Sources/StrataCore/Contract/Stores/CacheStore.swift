// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Keeps entries: in memory, in files, behind a socket.
///
/// Write a store to keep values somewhere new; write a ``CacheStage`` to change what happens to
/// them. A store decides nothing: times, leases, tags and the form of values are the tier's matter.
///
/// What a store is held to (`checkStore` in `StrataTesting` checks it):
/// - Results come in the order of the keys; one answer for each.
/// - An entry is not returned at or after its `expiresAt`.
/// - ``set(_:)`` makes an entry visible only if its lease permits it *in the same critical
///   section*, and never replaces a newer version of the same issuer by an older one.
/// - What ``remove(_:)`` returned for is gone for every later call.
/// - Calls may come from any task, concurrently. After ``close()`` they throw.
/// - A failure is thrown; a miss is not a failure.
public protocol CacheStore: AnyObject, Sendable {
  /// The store's kind: `kind:` in YAML.
  static var kind: PluginID { get }

  /// The options of the store's YAML block; default none.
  static var options: [any OptionDeclaration] { get }

  /// What stores of this kind can do.
  static var capabilities: StoreCapabilities { get }

  /// Creates the store from its YAML block, already checked against ``options``.
  init(options: StoreOptions, runtime: CacheRuntime) throws(ConfigurationError)

  /// Finds what is stored for each key.
  func get(_ keys: Batch<CacheKey>) async throws -> Batch<StoreRead>

  /// Stores each entry, unless its lease or a newer version forbids it.
  func set(_ writes: Batch<StoreWrite>) async throws -> Batch<StoreWritten>

  /// Removes each key. A store with `.versions` leaves a tombstone and returns its version.
  func remove(_ keys: Batch<CacheKey>) async throws -> Batch<Version?>

  /// A version for each key that is newer than all that was issued before: a write sent under it is
  /// refused if anything changed the key meanwhile, however late it arrives. `nil` in a store
  /// without `.versions`. Default: the fill version of a ``get(_:)``.
  func issue(for keys: Batch<CacheKey>) async throws -> Batch<Version?>

  /// Removes everything whose key begins with `namespace` and a colon.
  func clear(_ namespace: String) async throws

  /// Opens files and connections. Called once, before anything else.
  func open() async throws

  /// Writes out what is pending and lets go of everything.
  func close() async
}

extension CacheStore {
  /// No options.
  public static var options: [any OptionDeclaration] { [] }
  /// Asks for the entries and takes the fill versions.
  public func issue(for keys: Batch<CacheKey>) async throws -> Batch<Version?> {
    try await get(keys).mapEach(\.fillVersion)
  }
  /// Nothing to open.
  public func open() async throws {}
  /// Nothing to close.
  public func close() async {}
}

/// What stores of a kind can do, beyond keeping entries.
public struct StoreCapabilities: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt16
  /// Creates capabilities from bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Holds live objects; stores without it are handed bytes.
  public static let objects = StoreCapabilities(rawValue: 1 << 0)
  /// Issues versions of its own, so that writers on several nodes are ordered.
  public static let versions = StoreCapabilities(rawValue: 1 << 1)
  /// Offers locks with tokens: a ``LockingStore``.
  public static let locks = StoreCapabilities(rawValue: 1 << 2)
  /// Lists keys by pattern: a ``ScanningStore``.
  public static let scan = StoreCapabilities(rawValue: 1 << 3)
  /// Survives a restart of the process.
  public static let persistence = StoreCapabilities(rawValue: 1 << 4)
  /// Is seen by several processes.
  public static let sharing = StoreCapabilities(rawValue: 1 << 5)
  /// Carries messages between nodes: a ``MessageTransport``.
  public static let messages = StoreCapabilities(rawValue: 1 << 6)
  /// Remembers invalidations of tags for all its nodes: a ``MarkingStore``.
  public static let marks = StoreCapabilities(rawValue: 1 << 7)
  /// Takes the writes of caches: a ``WriteSink``.
  public static let writes = StoreCapabilities(rawValue: 1 << 8)
  /// Keeps writes until they are delivered: a ``WriteQueue``.
  public static let queue = StoreCapabilities(rawValue: 1 << 9)
  /// Tells its nodes what others have changed in it: a ``WatchedStore``.
  public static let changes = StoreCapabilities(rawValue: 1 << 10)
}

/// What a store keeps for a key.
public enum StoredContent: Sendable {
  /// An entry as it is: for stores with `.objects`.
  case entry(Entry)
  /// An envelope: for all others.
  case sealed([UInt8])
}

/// What a store found for a key.
public struct StoreRead: Sendable {
  /// What it keeps; `nil` is a miss.
  public var content: StoredContent?
  /// Why it is a miss, as far as the store remembers.
  public var missReason: MissReason
  /// In a store with `.versions`: the version of what it keeps, which the store issued.
  public var version: Version?
  /// In a store with `.versions`, hit or miss: the version under which a fill will be accepted
  /// unless the key is written or removed meanwhile.
  public var fillVersion: Version?
  /// How long from now the store will keep it, by the store's own clock. Where it says so, the
  /// entry's times are set by this, and it does not matter that another node's clock made them.
  public var remaining: Duration?

  /// A hit.
  public init(
    _ content: StoredContent, version: Version? = nil, fillVersion: Version? = nil
  ) {
    self.content = content
    self.version = version
    self.fillVersion = fillVersion
    missReason = .neverCached
  }

  /// A miss.
  public init(miss reason: MissReason, fillVersion: Version? = nil) {
    missReason = reason
    self.fillVersion = fillVersion
  }
}

/// An entry to be stored.
public struct StoreWrite: Sendable {
  /// The key.
  public var key: CacheKey
  /// What to keep.
  public var content: StoredContent
  /// When to forget it.
  public var expiresAt: Timestamp
  /// Its version; `nil` asks a store with `.versions` to issue a new one.
  public var version: Version?
  /// In a store with `.versions`: the version that this is made of. Where another is stored by now,
  /// or none, the write is refused as `.older`.
  public var replaces: Version?
  /// The lease under which it was made; `nil` for a caller's own write.
  public var lease: Lease?
  /// Its tags.
  public var tags: [Tag]
  /// The epoch in which it was last checked; the fast road trusts it only in this one.
  public var epoch: UInt64
  /// Whether a lease from before a doubt is none (see ``InvalidationLedger/doubt()``): in stores
  /// that only this process keeps right. What a shared store orders needs no such care.
  public var needsTrust = false

  /// Creates a write.
  public init(
    key: CacheKey, content: StoredContent, expiresAt: Timestamp, version: Version?, lease: Lease?,
    tags: [Tag] = [], epoch: UInt64 = 0
  ) {
    self.key = key
    self.content = content
    self.expiresAt = expiresAt
    self.version = version
    self.lease = lease
    self.tags = tags
    self.epoch = epoch
  }

  /// Whether the lease, where there is one, still permits this. Call it inside the critical
  /// section.
  public var isPermitted: Bool {
    guard let lease else { return true }
    return lease.permits(tags: tags) && (!needsTrust || lease.isTrusted)
  }
}

/// What became of a write.
public enum StoreWritten: Sendable, Hashable {
  /// It is stored, under this version.
  case stored(Version)
  /// It is not, and nothing was changed.
  case refused(RefusalReason)
}

/// A store that answers hits synchronously: the fast road.
public protocol FastStore: CacheStore {
  /// Shows the entry for `key` to `body` if there is one, without copying it.
  ///
  /// `body` gets the payload (valid only during the call; `nil` for "not found"), `attentionAt`,
  /// and the epoch in which the entry was last checked. One lookup, no lock, no allocation.
  func peek(_ key: KeyView, _ body: (Unmanaged<Payload>?, Timestamp, UInt64) -> Void)

  /// The whole entry with the epoch in which it was last checked.
  func lookup(_ key: CacheKey) -> (entry: Entry, epoch: UInt64)?

  /// Why there is no entry for `key`, as far as the store remembers.
  func missReason(for key: CacheKey) -> MissReason

  /// Notes that the entry, if it is still of this version, was checked in `epoch`.
  func confirm(_ key: CacheKey, version: Version, epoch: UInt64)

  /// Changes the times of the entry for `key`, if it is still of this version.
  func adjust(_ key: CacheKey, version: Version, _ change: (inout Entry) -> Void) -> Bool
}
