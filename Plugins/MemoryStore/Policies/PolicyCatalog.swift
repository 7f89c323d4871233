// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// The policies that a store can be asked for by name.
public struct PolicyCatalog: Sendable {
  /// What a maker is told about the policy it makes.
  public struct Request: Sendable {
    /// The bound, in weight, of the shard that the policy will serve.
    public var capacity: Int
    /// A seed for whatever the policy draws at random.
    public var seed: UInt64

    /// Creates a request.
    public init(capacity: Int, seed: UInt64) {
      self.capacity = capacity
      self.seed = seed
    }
  }

  /// Makes one policy; called once per shard.
  public typealias Maker = @Sendable (Request) -> any EvictionPolicy

  private var makers: [String: Maker] = [:]

  /// Creates a catalog without policies.
  public init() {}

  /// The names, in alphabetical order.
  public var names: [String] { makers.keys.sorted() }

  /// Adds a policy, or replaces the one of the same name.
  public mutating func register(_ name: String, _ maker: @escaping Maker) { makers[name] = maker }

  /// Makes the policy of that name, or returns `nil` when there is none.
  public func make(_ name: String, _ request: Request) -> (any EvictionPolicy)? {
    makers[name]?(request)
  }

  /// The name a store uses when none is given.
  public static let defaultName = "adaptive"

  /// Every policy that comes with the store.
  public static let builtIn: PolicyCatalog = {
    var catalog = PolicyCatalog()
    catalog.register("adaptive") { AdaptivePolicy(capacity: $0.capacity) }
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
    catalog.register("w-tinylfu") { WTinyLFUPolicy(capacity: $0.capacity, seed: $0.seed) }
    return catalog
  }()
}
