// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The policies that a store can be asked for by name.
public struct PolicyCatalog: Sendable {
  /// What a maker is told about the policies it makes: one for each shard of one store.
  public struct Request: Sendable {
    /// The bound, in weight, of each shard.
    public var capacity: Int
    /// About how many entries that is. Where weights are bytes nobody knows yet: then it is what to
    /// begin with, and `reserve(nodes:)` says when there are more.
    public var entries: Int
    /// The number of shards.
    public var shards: Int
    /// A seed for whatever is drawn at random.
    public var seed: UInt64

    /// Creates a request; without `entries` each entry weighs 1.
    public init(capacity: Int, entries: Int? = nil, shards: Int = 1, seed: UInt64) {
      self.capacity = capacity
      self.entries = entries ?? capacity
      self.shards = shards
      self.seed = seed
    }
  }

  /// Makes the policies of all shards of a store.
  public typealias Maker = @Sendable (Request) -> [any EvictionPolicy]

  private var makers: [String: Maker] = [:]

  /// Creates a catalog without policies.
  public init() {}

  /// The names, in alphabetical order.
  public var names: [String] { makers.keys.sorted() }

  /// Adds a policy of which each shard has its own, or replaces the one of the same name.
  public mutating func register(
    _ name: String, _ maker: @escaping @Sendable (Request) -> any EvictionPolicy
  ) {
    makers[name] = { request in (0..<request.shards).map { _ in maker(request) } }
  }

  /// Adds a policy whose shards share something, or replaces the one of the same name.
  public mutating func register(_ name: String, together maker: @escaping Maker) {
    makers[name] = maker
  }

  /// Makes the policies of that name, or returns `nil` when there is none.
  public func make(_ name: String, _ request: Request) -> [any EvictionPolicy]? {
    makers[name]?(request)
  }

  /// The name a store uses when none is given.
  public static let defaultName = "adaptive"

  /// Every policy that comes with the store.
  public static let builtIn: PolicyCatalog = {
    var catalog = PolicyCatalog()
    catalog.register("adaptive", together: AdaptivePolicy.makeAll)
    catalog.register("arc") { ARCPolicy(capacity: $0.capacity) }
    catalog.register("fifo") { _ in FIFOPolicy() }
    catalog.register("lfu") { _ in LFUPolicy() }
    catalog.register("lfu-ageless") { _ in LFUPolicy(aging: .never) }
    catalog.register("lru") { _ in LRUPolicy() }
    catalog.register("none") { _ in NonePolicy() }
    catalog.register("random") { RandomPolicy(seed: $0.seed) }
    catalog.register("s3-fifo") { S3FIFOPolicy(capacity: $0.capacity) }
    catalog.register("sieve") { _ in SIEVEPolicy() }
    catalog.register("ttl") { _ in TTLPolicy() }
    catalog.register("w-tinylfu") { WTinyLFUPolicy($0) }
    return catalog
  }()
}
