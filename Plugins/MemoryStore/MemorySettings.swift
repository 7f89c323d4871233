// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

internal import StrataCore

/// What a plan says about a memory store, checked.
struct MemorySettings {
  enum Option {
    static let capacity = PluginOption(
      "capacity", .optional(.size), default: nil, "The most bytes that entries may take.")
    static let entries = PluginOption(
      "entries", .optional(.integer(1...Int(Int32.max))), default: nil,
      "The largest number of entries; instead of capacity.")
    static let policy = PluginOption(
      "policy", policyName, default: PolicyCatalog.defaultName,
      "Which entry leaves when the store is full.")

    static let snapshot = PluginOption(
      "snapshot", .optional(.text), default: nil,
      "The file that keeps the entries over a restart; none where it is left out.")
    static let snapshotInterval = PluginOption(
      "snapshot-interval", .optional(.duration), default: nil,
      "How often the file is written while the store is used; at shutdown it always is.")

    private static let policyName: OptionType<String> = {
      let names = PolicyCatalog.builtIn.names
      return OptionType(.choice(names), show: { $0 }) { node in
        guard case .scalar(let text, _) = node.value else {
          let expected = WordText.expected(among: names)
          return .failure(ScalarProblem("does not fit here", expected: expected))
        }
        return WordText.parse(text, among: names)
      }
    }()
  }

  /// Below this a store would hold a handful of entries, beside structures that are larger.
  private static let fewestBytes = 64 << 10
  /// What an entry is taken to weigh when the number of shards is chosen.
  private static let expectedWeight = 512
  private static let shortestInterval = Duration.seconds(1)

  let plan: EnginePlan
  var weigher: Weigher
  private(set) var snapshot: SnapshotPlan?

  init(capacity: MemoryCapacity, policy: String, catalog: PolicyCatalog) {
    let makeDefault = PolicyCatalog.builtIn
    let make: (PolicyCatalog.Request) -> [any EvictionPolicy] = { request in
      catalog.make(policy, request) ?? makeDefault.make(PolicyCatalog.defaultName, request) ?? []
    }
    switch capacity {
    case .entries(let entries):
      weigher = Weigher(countsBytes: false)
      plan = EnginePlan(capacity: max(1, entries), expectedEntries: entries, policies: make)
    case .bytes(let bytes):
      weigher = Weigher(countsBytes: true)
      plan = EnginePlan(
        capacity: max(1, bytes), expectedEntries: bytes / Self.expectedWeight, isGuess: true,
        policies: make)
    }
  }

  init(_ options: StoreOptions) throws(ConfigurationError) {
    let policy = try options(Option.policy)
    let bytes = try options(Option.capacity)
    let entries = try options(Option.entries)
    let capacity: MemoryCapacity
    switch (bytes, entries) {
    case (nil, nil):
      throw options.error(
        about: Option.capacity, "is missing; write capacity: 256MiB or entries: 10000")
    case (_?, _?):
      throw options.error(
        about: Option.entries, "cannot stand beside capacity; write one of them")
    case (let bytes?, nil):
      guard bytes >= Self.fewestBytes else {
        let least = SizeText.text(for: Self.fewestBytes)
        throw options.error(
          about: Option.capacity,
          "\(SizeText.text(for: bytes)) is too small to work with; write at least \(least)")
      }
      capacity = .bytes(bytes)
    case (nil, let entries?):
      capacity = .entries(entries)
    }
    self.init(capacity: capacity, policy: policy, catalog: .builtIn)
    snapshot = try Self.snapshot(options)
  }

  private static func snapshot(
    _ options: StoreOptions
  ) throws(ConfigurationError) -> SnapshotPlan? {
    let interval = try options(Option.snapshotInterval)
    guard let path = try options(Option.snapshot) else {
      if interval == nil { return nil }
      throw options.error(
        about: Option.snapshotInterval, "needs a file; write snapshot: PATH beside it")
    }
    if path.isEmpty { throw options.error(about: Option.snapshot, "is empty; write a path") }
    if let interval, interval < shortestInterval {
      throw options.error(about: Option.snapshotInterval, "is too short; write 1s or more")
    }
    return SnapshotPlan(path: path, interval: interval)
  }
}
